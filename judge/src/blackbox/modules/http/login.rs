use crate::blackbox::http::Login;
use crate::blackbox::modules::fields::Fields;

/// Who asks, said in one of three ways.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<Login> {
    let bearer = fields.content("bearer_token", "bearer_token_file");
    let mut logins: Vec<Login> = Vec::new();
    logins.extend(bearer.map(|token| Login::Token {
        scheme: "Bearer".to_owned(),
        token,
    }));
    if let Some(node) = fields.map("basic_auth") {
        let mut basic = fields.within(Some(node));
        let user = basic.content("username", "username_file");
        let password = basic.content("password", "password_file");
        basic.lacks("username_ref", "a secret manager", "`username_file`");
        basic.lacks("password_ref", "a secret manager", "`password_file`");
        basic.finish();
        logins.push(Login::Basic { user, password });
    }
    if let Some(node) = fields.map("authorization") {
        let mut authorization = fields.within(Some(node));
        let scheme = authorization
            .text("type")
            .filter(|scheme| !scheme.trim().is_empty());
        let scheme = scheme.unwrap_or_else(|| "Bearer".to_owned());
        if scheme.trim().eq_ignore_ascii_case("basic") {
            authorization.refuse("type", "`type: Basic`", "`basic_auth` instead");
        }
        let token = authorization.content("credentials", "credentials_file");
        authorization.lacks("credentials_ref", "a secret manager", "`credentials_file`");
        authorization.finish();
        let scheme = scheme.trim().to_owned();
        logins.extend(token.map(|token| Login::Token { scheme, token }));
    }
    if logins.len() > 1 {
        fields.refuse_here(
            "more than one way to log in",
            "one of `basic_auth`, `authorization` and `bearer_token`",
        );
    }
    logins.pop()
}
