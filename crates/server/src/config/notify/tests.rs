use std::path::Path;

use super::*;

const MAIL: &str = "[notify.first]\nmail_to = [\"duty@service.example\"]\n\
    [notify.mail]\nhost = \"mail.example\"\nfrom = \"Mamori <mamori@service.example>\"\n";

fn parse(text: &str) -> Result<Config, Error> {
    let config = Config::parse(Path::new("mamori.toml"), text)?;
    config.check()?;
    Ok(config)
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn webhook(url: &str) -> String {
    format!("[notify.first]\nwebhook_url = \"{url}\"\nwebhook_secret_file = \"/secret\"\n")
}

#[test]
fn a_contact_that_cannot_be_reached_is_refused_with_the_key_to_change() {
    assert!(parse(MAIL).is_ok() && parse(&webhook("https://chat.example/x")).is_ok());
    let second = MAIL.replace("first", "second");
    for (text, words) in [
        (second.clone(), "`notify.first` has none"),
        (format!("[console]\nenabled = false\n{MAIL}"), "`console.enabled`"),
        (MAIL.replace("host = \"mail.example\"\n", ""), "`notify.mail.host`"),
        (MAIL.replace("from =", "user ="), "`notify.mail.from`"),
        (format!("{MAIL}user = \"x\""), "`notify.mail.password_file`"),
        (format!("{MAIL}tls = \"none\""), "unencrypted"),
        (format!("{MAIL}tls = \"ssl\""), "`starttls`"),
        (MAIL.replace("[\"duty", "[\"a@b.example\", \"duty duty"), "at place 2"),
        (webhook("http://chat.example/x"), "https"),
        (webhook("http://127.0.0.1:9/x"), "`webhooks.loopback`"),
        (webhook("https://10.0.0.1/x"), "`webhooks.private_networks`"),
        (webhook("https://a.example/").replace("webhook_secret_file", "#"), "is signed"),
        ("[notify]\nlanguage = \"xx\"".to_owned(), "en, ja"),
        ("[notify]\ndanger_repeat_min = 0".to_owned(), "1 to 1440"),
    ] {
        let message = refusal(&text);
        assert!(message.contains(words), "{words} is not in: {message}");
        assert!(!message.contains("duty"), "{message}");
    }
    assert!(
        parse(&format!("{MAIL}tls = \"none\"").replace("mail.example\"\nfrom", "::1\"\nfrom"))
            .is_ok()
    );
    assert!(
        parse(&format!("[webhooks]\nloopback = true\n{}", webhook("http://[::1]:9/x"))).is_ok()
    );
}

#[test]
fn the_section_reaches_the_desk_with_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("hook"), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").unwrap();
    fs::write(path("password"), "mild words\n").unwrap();
    let text = format!(
        "[notify]\nlanguage = \"ja\"\ncases_wait_min = 0\ndanger_repeat_min = 7\nrepeat_hours = 2\n\
         [notify.first]\nwebhook_url = \"https://chat.example/x\"\nwebhook_secret_file = {:?}\n\
         mail_to = [\"duty@service.example\"]\n[notify.mail]\nhost = \"mail.example\"\n\
         from = \"mamori@service.example\"\nuser = \"mamori\"\npassword_file = {:?}\n",
        path("hook"),
        path("password")
    );
    let mut config = parse(&text).unwrap();
    config.take_secrets(None, None).unwrap();

    let settings = config.desk().unwrap().notify;

    assert_eq!(settings.language, Language::Japanese);
    assert_eq!((settings.cases_wait, settings.vault_percent), (None, Some(90)));
    assert_eq!((settings.danger_repeat.as_mins(), settings.repeat.as_hours()), (7, 2));
    assert_eq!(*settings.first.webhook.unwrap().secret.reveal(), vec![7; 32]);
    assert_eq!(*settings.first.addresses[0].reveal(), "duty@service.example");
    let (user, password) = settings.mail.unwrap().credentials.unwrap();
    assert_eq!((user.as_str(), password.reveal().as_str()), ("mamori", "mild words"));
    assert!(!format!("{config:?}").contains("duty") && !format!("{config:?}").contains("chat"));
    fs::write(path("hook"), "whsec_short").unwrap();
    let refused = config.take_secrets(None, None).unwrap_err().to_string();
    assert!(refused.contains("`notify.first.webhook_secret_file`"), "{refused}");
}

#[test]
fn without_an_address_nothing_is_sent() {
    let settings = parse("").unwrap().desk().unwrap().notify;

    assert!(!settings.is_on());
    assert_eq!(settings, NotifySettings::default());
}
