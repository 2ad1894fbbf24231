# curl, docs/MANUAL.md, docs/TheArtOfHttpScripting.md and docs/cmdline-opts/*.md: one command for each way to ask.
curl https://www.example.com/
curl -i https://www.example.com/
curl --data "birthyear=1905&press=%20OK%20" http://www.example.com/when/junk.cgi
curl --data-urlencode "name=I am Daniel" http://www.example.com
curl --form upload=@localfilename.txt --form press=OK http://www.example.com
curl -F "file=@cooltext.txt" -F "yourname=Daniel" -F "filedescription=Cool text file with cool text inside" http://www.example.com/post.cgi
curl --data-urlencode "name=Kalle" -d press=OK http://www.example.com/junk.cgi
curl --upload-file uploadfile.txt http://www.example.com/receive.cgi
curl --user name:password http://www.example.com
curl --referer http://www.example.come http://www.example.com
curl --user-agent "Mozilla/4.0 (compatible; MSIE 5.01; Windows NT 5.0)" http://www.example.com
curl --location --max-redirs 3 http://www.example.com
curl --cookie "name=Daniel" http://www.example.com
curl --cookie-jar headers_and_cookies http://www.example.com
curl --cookie nada --location http://www.example.com
curl --cert mycert.pem https://secure.example.com
curl --data "<xml>" --header "Content-Type: text/xml" --request PROPFIND example.com
curl -G -d "tool=curl" -d "age=old" https://example.com
curl --json '{ "drink": "coffee" }' https://example.com
curl --head "http://example.com/[1-3].{html,txt}"
curl -d one https://example.com/a --next -d two https://example.com/b
curl --retry 3 --retry-delay 2 -m 2.5 --connect-timeout 1 https://example.com
curl --resolve example.com:443:127.0.0.1 -k https://example.com --http1.1 --compressed
curl -H "Authorization: Bearer $TOKEN" -H 'X-Trace;' -H "Host: other" https://example.com/api/v1/items?limit=10&offset=20
