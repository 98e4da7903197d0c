//! What stands around every page: the language, the colours, who is signed in, and the menu.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

use crate::assets;
use crate::language::{self, Language};
use crate::words::{Id, Words};

/// What stands around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language.
    pub words: Words,
}

impl Frame {
    /// Around a page for whom nobody knows yet.
    pub fn unknown(language: Language) -> Self {
        Self { words: Words(language) }
    }

    /// The tag of the language, for `lang`.
    pub fn language(&self) -> &'static str {
        self.words.0.as_str()
    }

    /// Where a file beside the page is.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The message `id`.
    pub fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    /// The message of a value.
    pub fn call(&self, id: &Id) -> String {
        self.words.call(*id)
    }

    /// The message `id` about so many.
    pub fn count(&self, id: &str, count: &u64) -> String {
        self.words.count(id, *count)
    }

    /// The message `id` about a name.
    pub fn named(&self, id: &str, name: &str) -> String {
        self.words.named(id, name)
    }
}

/// The frame of whoever sent this request: what a page of a fault stands in. It begins as nobody's,
/// in the language of the browser, and becomes a person's where a guard finds one.
#[derive(Clone, Debug)]
pub struct Seen(Arc<Mutex<Frame>>);

impl Seen {
    /// Nobody's.
    pub fn new(headers: &HeaderMap) -> Self {
        Self(Arc::new(Mutex::new(Frame::unknown(language::asked_for(headers)))))
    }

    /// What it is now.
    pub fn frame(&self) -> Frame {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes it a person's.
    pub fn put(&self, frame: Frame) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = frame;
    }
}
