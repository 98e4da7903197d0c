//! `GET /console/me`: what one has seen, breaks, and how the console looks. Nobody else sees it.

use askama::Template;
use mamori_model::dose::{Exposure, Limits};
use mamori_model::staff::Language;

use super::Choice;
use crate::frame::Frame;
use crate::show::Shown;
use crate::words::Id;

/// One's own page.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What one may do.
    pub roles: Vec<Id>,
    /// What one has seen; nothing for whoever never sees pictures.
    pub seen: Option<Seen>,
    /// Until when a break lasts.
    pub resting: Option<Shown>,
    /// Who listens to reviewers here, as the operator wrote it.
    pub care_note: Option<&'a str>,
    /// Languages.
    pub languages: Vec<Tongue>,
    /// Colours.
    pub schemes: Vec<Choice>,
    /// Ways to look at pictures.
    pub views: Vec<Choice>,
    /// Whether single keys do something.
    pub has_keys: bool,
}

/// What one has seen in 24 hours.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is limited.
    pub figures: Vec<Figure>,
    /// Blurred looks, which are not.
    pub veiled: u32,
}

/// A figure and its limit.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is counted.
    pub called: Id,
    /// How many.
    pub seen: u32,
    /// At most how many.
    pub most: u32,
}

/// A language by its own name, which is not translated.
#[derive(Clone, Debug)]
pub struct Tongue {
    /// Its tag.
    pub word: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// What is limited in 24 hours, with its limit, in the order of the page.
pub fn figures(seen: &Exposure, limits: &Limits) -> Vec<Figure> {
    let minutes = u32::try_from(seen.clear.as_mins()).unwrap_or(0);
    vec![
        Figure { called: Id("me-looks"), seen: seen.looks_clear, most: limits.looks },
        Figure { called: Id("me-minutes"), seen: minutes, most: limits.minutes },
        Figure { called: Id("me-points"), seen: seen.points, most: limits.points },
    ]
}

/// The languages, each by its own name.
pub fn tongues(chosen: Language) -> Vec<Tongue> {
    let tongue = |language: &Language| Tongue {
        word: language.as_str(),
        name: match language {
            Language::English => "English",
            Language::Japanese => "日本語",
            Language::French => "Français",
            Language::German => "Deutsch",
            Language::Italian => "Italiano",
        },
        is_chosen: *language == chosen,
    };
    Language::ALL.iter().map(tongue).collect()
}
