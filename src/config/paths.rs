use std::path::Path;

use serin_judge::analysis::Settings;
use serin_judge::analysis::plan::Secret;

const SQLITE: &str = "sqlite://";

/// The settings with relative paths that start from this folder, the one of their file.
#[must_use]
pub fn from_folder(mut settings: Settings, folder: &Path) -> Settings {
    if let Some(path) = settings.store_url.strip_prefix(SQLITE) {
        settings.store_url = format!("{SQLITE}{}", joined(folder, path));
    }
    settings.modules = settings.modules.take().map(|path| joined(folder, &path));
    for path in &mut settings.analyses {
        *path = joined(folder, path);
    }
    for hook in &mut settings.hooks {
        secret(&mut hook.secret, folder);
        hook.previous_secret
            .iter_mut()
            .for_each(|previous| secret(previous, folder));
    }
    if let Some(prometheus) = &mut settings.prometheus {
        prometheus.ca = prometheus.ca.take().map(|path| joined(folder, &path));
        prometheus
            .headers
            .iter_mut()
            .for_each(|(_, value)| secret(value, folder));
        prometheus
            .bearer
            .iter_mut()
            .for_each(|bearer| secret(bearer, folder));
        if let Some((user, password)) = &mut prometheus.basic {
            secret(user, folder);
            secret(password, folder);
        }
    }
    settings
}

fn secret(secret: &mut Secret, folder: &Path) {
    if let Secret::File(path) = secret {
        *path = joined(folder, path);
    }
}

fn joined(folder: &Path, path: &str) -> String {
    let path = Path::new(path);
    // `./a` is shown as `a`, and an absolute path stays as it is.
    let plain = path.strip_prefix(".").unwrap_or(path);
    folder.join(plain).display().to_string()
}

#[cfg(test)]
mod tests {
    use serin_judge::analysis::plan::PrometheusAccess;
    use serin_judge::analysis::{Hook, HookEvent};

    use super::*;

    #[test]
    fn every_relative_path_starts_from_the_folder() {
        let file = |path: &str| Secret::File(path.to_owned());
        let prometheus = PrometheusAccess {
            headers: vec![
                ("a".to_owned(), file("h")),
                ("b".to_owned(), Secret::Env("E".to_owned())),
            ],
            bearer: Some(file("b")),
            basic: Some((file("u"), file("/p"))),
            ca: Some("ca.pem".to_owned()),
            ..PrometheusAccess::default()
        };
        let hook = Hook {
            name: "r".to_owned(),
            url: "http://x".to_owned(),
            secret: file("s"),
            previous_secret: Some(file("t")),
            events: vec![HookEvent::RunFinished],
            give_up_after: std::time::Duration::from_secs(1),
        };
        let settings = Settings {
            store_url: "sqlite://data/serin.db".to_owned(),
            analyses: vec!["./analyses".to_owned(), "/etc/serin".to_owned()],
            modules: Some("blackbox.yml".to_owned()),
            hooks: vec![hook],
            prometheus: Some(prometheus),
            ..Settings::default()
        };
        let moved = from_folder(settings, Path::new("/f"));
        assert_eq!(moved.store_url, "sqlite:///f/data/serin.db");
        assert_eq!(moved.analyses, ["/f/analyses", "/etc/serin"]);
        assert_eq!(moved.modules.as_deref(), Some("/f/blackbox.yml"));
        assert_eq!(moved.hooks[0].secret, file("/f/s"));
        assert_eq!(moved.hooks[0].previous_secret, Some(file("/f/t")));
        let prometheus = moved.prometheus.unwrap();
        assert_eq!(prometheus.ca.as_deref(), Some("/f/ca.pem"));
        assert_eq!(prometheus.headers[0].1, file("/f/h"));
        assert_eq!(prometheus.headers[1].1, Secret::Env("E".to_owned()));
        assert_eq!(prometheus.bearer, Some(file("/f/b")));
        assert_eq!(prometheus.basic, Some((file("/f/u"), file("/p"))));
        let absolute = Settings {
            store_url: "sqlite:///var/x.db".to_owned(),
            ..Settings::default()
        };
        assert_eq!(
            from_folder(absolute, Path::new("/f")).store_url,
            "sqlite:///var/x.db"
        );
    }
}
