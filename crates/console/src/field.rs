//! Parses single fields of forms, and creates the faults that name them.

use mamori_model::FreeText;

use crate::fault::Fault;

/// Parses free text; the fault names `field` if the text is not valid.
pub fn free_text(field: &'static str, text: &str) -> Result<FreeText, Fault> {
    text.parse().map_err(|_| wrong(field))
}

/// Puts a saved reason that was chosen in the place of an empty one. With a script, the page copies the
/// one into the other before it sends the form.
pub fn use_saved_if_empty(reason: &mut String, saved: &str) {
    if reason.trim().is_empty() {
        saved.clone_into(reason);
    }
}

/// Creates the fault for a wrong field of a form.
pub fn wrong(field: &'static str) -> Fault {
    Fault::form_shape().about(field)
}
