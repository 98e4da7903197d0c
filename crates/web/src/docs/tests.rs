use super::*;

fn document() -> serde_json::Value {
    serde_json::to_value(crate::openapi()).unwrap()
}

#[test]
fn the_page_has_every_operation_and_every_schema() {
    let document = document();

    let page = page::write(&document);

    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("<article id=\"{id}\">")), "{id}");
        }
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<article id=\"schema-{name}\">")), "{name}");
    }
}

#[test]
fn the_page_loads_nothing_from_elsewhere_and_runs_nothing() {
    let page = page::write(&document());

    for forbidden in ["<script", "http://", "src=", "style=", "@import", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
        assert!(!STYLE.contains(forbidden), "{forbidden}");
    }
    let addresses = page.match_indices("href=\"").map(|(at, tag)| &page[at + tag.len()..]);
    for address in addresses {
        assert!(address.starts_with(['#', '/']), "{}", &address[..40.min(address.len())]);
    }
}

#[test]
fn every_link_inside_the_page_has_its_target() {
    let page = page::write(&document());

    for (at, tag) in page.match_indices("href=\"#") {
        let id = page[at + tag.len()..].split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn texts_of_the_document_are_escaped() {
    let document = serde_json::json!({
        "info": {"title": "<script>", "description": "a `<b>` & \"c\""}, "tags": [],
    });

    let page = page::write(&document);

    assert!(!page.contains("<script>") && !page.contains("<b>"));
    assert!(page.contains("a <code>&lt;b&gt;</code> &amp; &quot;c&quot;"));
}
