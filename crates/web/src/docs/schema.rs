//! Summarises schemas: the type of a value, and the fields of an object.

use std::fmt::Write;

use serde_json::Value;

use super::page::{entries, escape, list, text_of};

/// One field of an object, or one parameter.
pub struct Field<'a> {
    /// The name.
    pub name: &'a str,
    /// Whether it is required.
    pub is_required: bool,
    /// The schema of its value.
    pub schema: &'a Value,
    /// The description in the document.
    pub description: &'a str,
}

/// Returns the target of `value` if it is a reference, otherwise `value`.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = text_of(&value["$ref"]).strip_prefix('#');
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// Returns the fields of an object, also if its schema consists of several parts.
pub fn fields<'a>(document: &'a Value, value: &'a Value) -> Vec<Field<'a>> {
    let value = resolve(document, value);
    let whole = list(&value["allOf"]).first().map_or(value, |first| resolve(document, first));
    let required = list(&whole["required"]);
    let field = |(name, schema): (&'a str, &'a Value)| {
        let inner = list(&schema["oneOf"]).iter().find(|one| one["type"] != "null");
        let inner = inner.unwrap_or(schema);
        let candidates =
            [schema, inner, resolve(document, inner)].map(|at| text_of(&at["description"]));
        let description = candidates.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        Field { name, is_required: required.iter().any(|one| one == name), schema, description }
    };
    entries(&whole["properties"]).map(field).collect()
}

/// Describes the type of a value, as HTML: `string`, `list of Hit`, `integer, 0 to 64`.
pub fn kind(document: &Value, value: &Value) -> String {
    if let Some(name) = text_of(&value["$ref"]).strip_prefix("#/components/schemas/") {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    for together in ["oneOf", "anyOf"] {
        let kinds: Vec<String> =
            list(&value[together]).iter().map(|one| kind(document, one)).collect();
        if !kinds.is_empty() {
            return kinds.join(" or ");
        }
    }
    let words: Vec<String> = list(&value["enum"])
        .iter()
        .map(|word| format!("<code>{}</code>", escape(&plain(word))))
        .collect();
    if !words.is_empty() {
        return words.join(", ");
    }
    let mut text = type_names(document, value);
    write_bounds(&mut text, value);
    if !value["default"].is_null() {
        let default = escape(&plain(&value["default"]));
        // Writing to a string cannot fail.
        let _ = write!(text, ", <code>{default}</code> by default");
    }
    text
}

fn type_names(document: &Value, value: &Value) -> String {
    let one = |name: &str| match name {
        "array" => format!("list of {}", kind(document, &value["items"])),
        "string" if !value["format"].is_null() => escape(text_of(&value["format"])),
        other => escape(other),
    };
    match &value["type"] {
        Value::String(name) => one(name),
        Value::Array(names) => {
            names.iter().map(|name| one(text_of(name))).collect::<Vec<_>>().join(" or ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    }
}

fn write_bounds(text: &mut String, value: &Value) {
    let bounds = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ];
    for (least, most, unit) in bounds {
        let bound = match (value[least].as_u64(), value[most].as_u64()) {
            (Some(least), Some(most)) if least == most => format!(", {most}{unit}"),
            (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
            (None, Some(most)) => format!(", at most {most}{unit}"),
            (Some(least), None) if least > 0 => format!(", at least {least}{unit}"),
            (Some(_) | None, None) => String::new(),
        };
        text.push_str(&bound);
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
