//! Writes the OpenAPI document as an HTML page.

use std::fmt::Write;

use serde_json::Value;

use super::{curl, schema};
use crate::problem::Kind;

/// The order of methods on the page.
const METHODS: [&str; 5] = ["post", "get", "patch", "put", "delete"];

/// One operation of the document.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The path, with braces.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The operation object of the document.
    pub value: &'a Value,
}

/// Writes the page.
pub fn write(document: &Value) -> String {
    let mut page = String::new();
    let title = text_of(at(document, "/info/title"));
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    push(&mut page, format_args!("<title>{} API</title>\n", escape(title)));
    page.push_str("<link rel=\"stylesheet\" href=\"/docs.css\">\n</head>\n<body>\n");
    page.push_str("<a class=\"skip\" href=\"#main\">Skip to the endpoints</a>\n<header>\n");
    push(&mut page, format_args!("<h1>{} API</h1>\n", escape(title)));
    page.push_str(&prose(text_of(at(document, "/info/description"))));
    page.push_str(
        "<p>The same for programs: <a href=\"/openapi.json\">OpenAPI 3.1</a>. The examples take the \
         address from <code>$MAMORI</code> and the key from <code>$MAMORI_KEY</code>.</p>\n</header>\n",
    );
    write_contents(&mut page, document);
    page.push_str("<main id=\"main\">\n");
    for tag in list(&document["tags"]) {
        write_tag(&mut page, document, tag);
    }
    write_problems(&mut page);
    write_schemas(&mut page, document);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn write_contents(page: &mut String, document: &Value) {
    page.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for tag in list(&document["tags"]) {
        let name = text_of(&tag["name"]);
        push(page, format_args!("<li><a href=\"#{0}\">{0}</a><ul>\n", escape(name)));
        for operation in tagged(document, name) {
            let summary = text_of(&operation.value["summary"]);
            let id = text_of(&operation.value["operationId"]);
            push(
                page,
                format_args!("<li><a href=\"#{}\">{}</a></li>\n", escape(id), escape(summary)),
            );
        }
        page.push_str("</ul></li>\n");
    }
    page.push_str("<li><a href=\"#problems\">errors</a></li>\n");
    page.push_str("<li><a href=\"#schemas\">schemas</a></li>\n</ul>\n</nav>\n");
}

fn write_tag(page: &mut String, document: &Value, tag: &Value) {
    let name = text_of(&tag["name"]);
    push(page, format_args!("<section id=\"{0}\">\n<h2>{0}</h2>\n", escape(name)));
    page.push_str(&prose(text_of(&tag["description"])));
    for operation in tagged(document, name) {
        write_operation(page, document, operation);
    }
    page.push_str("</section>\n");
}

fn write_operation(page: &mut String, document: &Value, operation: Operation<'_>) {
    let value = operation.value;
    let id = text_of(&value["operationId"]);
    push(page, format_args!("<article id=\"{}\">\n", escape(id)));
    push(page, format_args!("<h3>{}</h3>\n", escape(text_of(&value["summary"]))));
    push(
        page,
        format_args!(
            "<p class=\"address\"><b class=\"{0}\">{1}</b> <code>{2}</code> <span>{3}</span></p>\n",
            escape(operation.method),
            escape(&operation.method.to_uppercase()),
            escape(operation.path),
            who(text_of(&value["x-who"])),
        ),
    );
    write_scopes(page, value);
    page.push_str(&prose(text_of(&value["description"])));
    write_parameters(page, document, value);
    write_body(page, document, value);
    write_answers(page, document, value);
    page.push_str("<h4>Example</h4>\n");
    for example in curl::examples(document, operation) {
        let example = escape(&example);
        push(page, format_args!("<pre tabindex=\"0\"><code>{example}</code></pre>\n"));
    }
    page.push_str("</article>\n");
}

fn who(word: &str) -> &'static str {
    match word {
        "admin" => "an administrator’s key",
        "service" => "a service’s key",
        "any" => "any key",
        _ => "no key",
    }
}

/// Writes the scopes of which the key needs one.
fn write_scopes(page: &mut String, operation: &Value) {
    let scopes = list(&operation["x-scopes"]).iter().map(text_of);
    let scopes: Vec<String> =
        scopes.map(|scope| format!("<code>{}</code>", escape(scope))).collect();
    if !scopes.is_empty() {
        push(page, format_args!("<p>Scope: {}</p>\n", scopes.join(" or ")));
    }
}

fn write_parameters(page: &mut String, document: &Value, operation: &Value) {
    let parameters = list(&operation["parameters"]);
    if parameters.is_empty() {
        return;
    }
    page.push_str("<h4>Parameters</h4>\n<dl>\n");
    for parameter in parameters {
        let field = schema::Field {
            name: text_of(&parameter["name"]),
            is_required: parameter["required"] == true,
            schema: &parameter["schema"],
            description: text_of(&parameter["description"]),
        };
        write_field(page, document, &field);
    }
    page.push_str("</dl>\n");
}

fn write_body(page: &mut String, document: &Value, operation: &Value) {
    for (media_type, content) in entries(at(operation, "/requestBody/content")) {
        push(page, format_args!("<h4>Body: <code>{}</code></h4>\n", escape(media_type)));
        write_schema(page, document, &content["schema"]);
    }
}

fn write_answers(page: &mut String, document: &Value, operation: &Value) {
    page.push_str("<h4>Answers</h4>\n<dl>\n");
    for (status, answer) in entries(&operation["responses"]) {
        let answer = schema::resolve(document, answer);
        push(page, format_args!("<dt><code>{}</code>", escape(status)));
        for (media_type, content) in entries(&answer["content"]) {
            if media_type != "application/problem+json" {
                let kind = schema::kind(document, &content["schema"]);
                push(page, format_args!(" {} <small>{}</small>", kind, escape(media_type)));
            }
        }
        push(page, format_args!("</dt>\n<dd>{}</dd>\n", prose(text_of(&answer["description"]))));
    }
    page.push_str("</dl>\n");
}

/// Writes the fields of an object, or the name of any other type.
fn write_schema(page: &mut String, document: &Value, value: &Value) {
    let fields = schema::fields(document, value);
    if fields.is_empty() {
        push(page, format_args!("<p>{}</p>\n", schema::kind(document, value)));
        return;
    }
    page.push_str("<dl>\n");
    for field in &fields {
        write_field(page, document, field);
    }
    page.push_str("</dl>\n");
}

fn write_field(page: &mut String, document: &Value, field: &schema::Field<'_>) {
    let need = if field.is_required { " <em>required</em>" } else { "" };
    push(
        page,
        format_args!(
            "<dt><code>{}</code> {}{need}</dt>\n<dd>{}</dd>\n",
            escape(field.name),
            schema::kind(document, field.schema),
            prose(field.description),
        ),
    );
}

fn write_problems(page: &mut String) {
    page.push_str("<section id=\"problems\">\n<h2>errors</h2>\n");
    page.push_str(&prose(
        "The kinds of errors, by the `type` of the answer. `detail` says what to do, and \
         `instance` names the request as the log does.",
    ));
    page.push_str("<dl>\n");
    for kind in Kind::ALL {
        push(
            page,
            format_args!(
                "<dt id=\"{0}\"><code>{0}</code> {1}</dt>\n<dd><p>{2}.</p></dd>\n",
                kind.code(),
                kind.status().as_u16(),
                kind.title(),
            ),
        );
    }
    page.push_str("</dl>\n</section>\n");
}

fn write_schemas(page: &mut String, document: &Value) {
    page.push_str("<section id=\"schemas\">\n<h2>schemas</h2>\n");
    for (name, value) in entries(at(document, "/components/schemas")) {
        push(page, format_args!("<article id=\"schema-{0}\">\n<h3>{0}</h3>\n", escape(name)));
        page.push_str(&prose(text_of(&value["description"])));
        write_schema(page, document, value);
        page.push_str("</article>\n");
    }
    page.push_str("</section>\n");
}

/// Returns the operations with a tag, in the order of the document.
fn tagged<'a>(document: &'a Value, tag: &str) -> Vec<Operation<'a>> {
    let mut operations = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for method in METHODS {
            let Some(value) = item.get(method) else { continue };
            if list(&value["tags"]).iter().any(|one| one == tag) {
                operations.push(Operation { path, method, value });
            }
        }
    }
    operations
}

/// Returns the value at a JSON pointer, or null.
pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// Returns the text of a string; empty for any other value.
pub fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns the items of a list; none for any other value.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Returns the keys and values of an object; none for any other value.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// Escapes text for HTML, both between tags and in attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Writes paragraphs, with `code` between backticks.
fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.fold(String::new(), |mut html, paragraph| {
        html.push_str("<p>");
        for (nth, part) in paragraph.split('`').enumerate() {
            let part = escape(part);
            if nth % 2 == 1 {
                push(&mut html, format_args!("<code>{part}</code>"));
            } else {
                html.push_str(&part);
            }
        }
        html.push_str("</p>\n");
        html
    })
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = page.write_fmt(text);
}
