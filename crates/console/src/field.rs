//! Parses single fields of forms, and creates the faults that name them.

use mamori_model::FreeText;

use crate::fault::Fault;

/// Parses free text; the fault names `field` if the text is not valid.
pub fn free_text(field: &'static str, text: &str) -> Result<FreeText, Fault> {
    text.parse().map_err(|_| wrong(field))
}

/// Creates the fault for a wrong field of a form.
pub fn wrong(field: &'static str) -> Fault {
    Fault::form_shape().about(field)
}
