// Keeps the page of a run as it is on the server. Without this script the page is the same, as of when it was opened.
(() => {
  const live = document.querySelector("main[data-live]");
  if (!live) return;
  const events = new EventSource(live.dataset.live);
  let isBusy = false;
  let isStale = false;
  // At most once a second; what came meanwhile is looked at afterwards.
  const renew = async () => {
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    while (isStale) {
      isStale = false;
      await replace().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    isBusy = false;
  };
  const replace = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = new Set([...document.querySelectorAll("details[open]")].map((one) => one.id));
    const main = page.querySelector("main");
    for (const details of main.querySelectorAll("details")) details.open ||= open.has(details.id);
    document.querySelector("main").replaceWith(main);
    document.title = page.title;
    if (!main.dataset.live) events.close();
  };
  events.addEventListener("run", renew);
  events.addEventListener("end", renew);
})();
