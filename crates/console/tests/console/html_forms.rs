//! Parses the forms of a page as a browser does, as far as the console's templates need.

/// A form that is sent by POST; one for each button, where buttons have a value.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub value: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user types any text.
    Typed,
    /// The page fixes the possible values; a forged form can have any text here too.
    Given,
}

/// A tag: its name, its attributes, and where the text after it begins.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    after: &'a str,
}

impl<'a> Tag<'a> {
    fn next(html: &'a str) -> Option<Self> {
        let (_, rest) = html.split_once('<')?;
        // Askama escapes `>` in values, so the first one ends the tag.
        let (tag, after) = rest.split_once('>')?;
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        Some(Self { name, attributes, after })
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let padded = format!(" {}", self.attributes.replace('\n', " "));
        let (_, rest) = padded.split_once(&format!(" {name}=\""))?;
        Some(unescape(rest.split('"').next().unwrap_or("")))
    }

    fn has(&self, word: &str) -> bool {
        // Only outside of quoted values.
        self.attributes.split('"').step_by(2).any(|part| part.split_whitespace().any(|w| w == word))
    }
}

fn unescape(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The forms of a page that are sent by POST, in their order.
pub fn forms(html: &str) -> Vec<Form> {
    let mut found = Vec::new();
    for part in html.split("<form ").skip(1) {
        let (head, body) = part.split_once('>').unwrap();
        let head = Tag { name: "form", attributes: head, after: "" };
        if head.attribute("method").as_deref() != Some("post") {
            continue;
        }
        let inner = body.split("</form>").next().unwrap();
        found.extend(read(&head.attribute("action").unwrap(), inner));
    }
    found
}

fn read(action: &str, inner: &str) -> Vec<Form> {
    let mut fields: Vec<Field> = Vec::new();
    let mut buttons = Vec::new();
    let mut rest = inner;
    while let Some(tag) = Tag::next(rest) {
        rest = tag.after;
        let Some(name) = tag.attribute("name") else { continue };
        let value = tag.attribute("value").unwrap_or_default();
        match tag.name {
            "input" => input(&tag, name, value, &mut fields),
            "textarea" => fields.push(Field {
                name,
                value: unescape(until(rest, "</textarea>")),
                kind: Kind::Typed,
            }),
            "select" => {
                let value = chosen(until(rest, "</select>"));
                fields.push(Field { name, value, kind: Kind::Given });
            }
            "button" => buttons.push(Field { name, value, kind: Kind::Given }),
            _ => {}
        }
    }
    let form = |button: Option<Field>| {
        let mut fields = fields.clone();
        fields.extend(button);
        Form { action: action.to_owned(), fields }
    };
    if buttons.is_empty() {
        vec![form(None)]
    } else {
        buttons.into_iter().map(|b| form(Some(b))).collect()
    }
}

fn input(tag: &Tag<'_>, name: String, value: String, fields: &mut Vec<Field>) {
    let kind = tag.attribute("type").unwrap_or_else(|| "text".to_owned());
    match kind.as_str() {
        "hidden" => fields.push(Field { name, value, kind: Kind::Given }),
        "radio" => match fields.iter_mut().find(|field| field.name == name) {
            Some(field) if tag.has("checked") => field.value = value,
            Some(_) => {}
            None => fields.push(Field { name, value, kind: Kind::Given }),
        },
        "checkbox" if tag.has("checked") => fields.push(Field { name, value, kind: Kind::Given }),
        "checkbox" => {}
        "number" => {
            let value =
                if value.is_empty() { tag.attribute("min").unwrap_or_default() } else { value };
            fields.push(Field { name, value, kind: Kind::Typed });
        }
        "date" => fields.push(Field { name, value: "2026-12-31".to_owned(), kind: Kind::Typed }),
        _ => fields.push(Field { name, value, kind: Kind::Typed }),
    }
}

fn until<'a>(text: &'a str, end: &str) -> &'a str {
    text.split(end).next().unwrap_or("")
}

/// The option that is chosen, or the first that has a value.
fn chosen(mut options: &str) -> String {
    let mut first = None;
    while let Some(tag) = Tag::next(options) {
        options = tag.after;
        if tag.name != "option" {
            continue;
        }
        let value = tag.attribute("value").unwrap_or_default();
        if tag.has("selected") && !value.is_empty() {
            return value;
        }
        first = first.or(Some(value).filter(|value| !value.is_empty()));
    }
    first.unwrap_or_default()
}

#[test]
fn a_form_is_parsed_as_in_a_browser() {
    let html = r#"<form method="get" action="/x"><input name="q"></form>
        <form method="post" action="/y"><input type="hidden" name="csrf" value="T&#38;">
        <label><input type="radio" name="how" value="a" required><input type="radio" name="how" value="b" checked></label>
        <select name="to"><option value=""></option><option value="1">One</option></select>
        <textarea name="text" maxlength="4000">a &lt; b</textarea>
        <button name="then" value="go">Go</button><button name="then" value="stay">Stay</button></form>"#;

    let found = forms(html);

    let pairs = |form: &Form| -> Vec<String> {
        form.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect()
    };
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].action, "/y");
    assert_eq!(pairs(&found[0]), ["csrf=T&", "how=b", "to=1", "text=a < b", "then=go"]);
    assert_eq!(pairs(&found[1]).last().unwrap(), "then=stay");
}
