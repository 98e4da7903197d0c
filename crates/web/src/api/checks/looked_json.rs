//! How much of an item was compared, in JSON.

use mamori_model::{Gap, Looked, NotCompared, NotLooked};
use serde::Serialize;
use utoipa::ToSchema;

/// How much of an item was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Looked)]
pub enum LookedJson {
    /// All of it.
    All,
    /// Only a part of it.
    Part,
    /// Nothing of it.
    None,
}

impl From<&Looked> for LookedJson {
    fn from(looked: &Looked) -> Self {
        match looked {
            Looked::All => Self::All,
            Looked::Part(_) => Self::Part,
            Looked::None(_) => Self::None,
        }
    }
}

/// A code for programs that says why something was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = NotLookedCode)]
pub enum GapCode {
    /// Why no bank was searched.
    Item(NotLooked),
    /// Why a part was not compared.
    Part(NotCompared),
}

/// Why the item, or a part of it, was not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NotLookedReason)]
pub struct GapJson {
    /// A code for programs.
    pub code: GapCode,
    /// A sentence for people, always the same for one `code`.
    pub explanation: &'static str,
    /// The message of the decoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Which frames, by their place in the file, counted from 0; at most the first 100. Absent if
    /// unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub frames: Vec<u32>,
}

impl From<&Gap> for GapJson {
    fn from(gap: &Gap) -> Self {
        Self {
            code: GapCode::Part(gap.why),
            explanation: gap.why.explain(),
            detail: gap.detail.clone(),
            frames: gap.frames.clone(),
        }
    }
}

impl GapJson {
    /// Returns every gap in `looked`.
    pub fn all_of(looked: &Looked) -> Vec<Self> {
        match looked {
            Looked::All => Vec::new(),
            Looked::Part(gaps) => gaps.iter().map(Self::from).collect(),
            Looked::None(reason) => vec![Self {
                code: GapCode::Item(*reason),
                explanation: reason.explain(),
                detail: None,
                frames: Vec::new(),
            }],
        }
    }
}
