//! Ways in: the form, and the button under a link that lets in once.

use askama::Template;

use crate::fault::Said;
use crate::frame::Frame;

/// The form to sign in.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignInPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What was typed as a name.
    pub name: &'a str,
    /// Why the last attempt did not work.
    pub problem: Option<Said>,
    /// Whether passkeys are asked for here.
    pub has_passkeys: bool,
}

/// The button under a link that lets in once. Opening the page spends nothing, as messengers open
/// links too.
#[derive(Debug, Template)]
#[template(path = "enter.html")]
pub struct EnterPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Where the button leads.
    pub action: &'a str,
}
