//! The machine's immediate answer, and how it follows from what matched.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Action, Backdrop, BankId, Distance, EntryId, HashKind, Purpose, Variant};

/// The machine's immediate answer, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against the item.
    Allow,
    /// Keep it back until somebody looked.
    Hold,
    /// Refuse it.
    Block,
}

impl Verdict {
    /// Every verdict, the mildest first.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Hold, Self::Block];

    /// The word in the API, the database and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Block => "block",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

impl From<Action> for Verdict {
    fn from(action: Action) -> Self {
        match action {
            Action::None => Self::Allow,
            Action::Hold => Self::Hold,
            Action::Block => Self::Block,
        }
    }
}

/// Why no bank looked at an item. The greatest is the one told: it came nearest to a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotLooked {
    /// There is no bank, or each is switched off.
    NoBank,
    /// No bank may look on this surface.
    Surface,
    /// No bank may look in this jurisdiction, or the service did not say which it is.
    Jurisdiction,
    /// The law that let a bank look into private messages has ended.
    PrivateBasisEnded,
}

impl NotLooked {
    /// One sentence for people.
    pub fn explain(self) -> &'static str {
        match self {
            Self::NoBank => "no bank is switched on",
            Self::Surface => "no bank may look on this surface",
            Self::Jurisdiction => "no bank may look in this jurisdiction",
            Self::PrivateBasisEnded => {
                "the law that let a bank look into private messages has ended"
            }
        }
    }
}

/// One entry that an item came near to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The bank.
    pub bank: BankId,
    /// Its purpose, as it was at the time.
    pub purpose: Purpose,
    /// What the bank let a match do, as it was at the time.
    pub action: Action,
    /// The entry.
    pub entry: EntryId,
    /// What was compared.
    pub kind: HashKind,
    /// How near; 0 for SHA-256, SHA-1 and MD5.
    pub distance: Distance,
    /// Which frame of an animated item, by its place in the file, from 0.
    pub frame: u32,
    /// How the frame was prepared; the default for hashes of bytes.
    pub variant: Variant,
}

impl Hit {
    /// The hit of `hits` that best says how the item looks: the nearest PDQ hit; of equally near
    /// ones the one with the earliest transform and backdrop, in the order of their declaration, then
    /// the earliest frame.
    pub fn best_look(hits: &[Self]) -> Option<&Self> {
        let looks = hits.iter().filter(|hit| hit.kind == HashKind::Pdq);
        looks.min_by_key(|hit| {
            (hit.distance, hit.variant.transform, hit.variant.backdrop, hit.frame)
        })
    }
}

/// A verdict, and the hits that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The answer: the strictest action of the banks of [`Self::standing`].
    pub verdict: Verdict,
    /// The hits that no negative bank speaks against. These are recorded; an item without any is
    /// not: a clean item leaves no trace, and a wrong suspicion is not to be kept.
    pub standing: Vec<Hit>,
    /// Whether a negative bank knows the whole item: by its bytes, or each of its frames.
    pub is_cleared: bool,
}

impl Judgement {
    /// What follows from `hits` on an item with these frames, each on its backdrops; `None`: not
    /// every frame of the item was compared, so its frames cannot clear all of it.
    ///
    /// A negative bank that knows the item's bytes clears all of it. One that knows how a frame
    /// looks on a backdrop clears just that, or one harmless frame would hide the others, and a
    /// harmless picture on white another one on black; what was found by the bytes is cleared when
    /// every frame is.
    pub fn of(hits: &[Hit], views: Option<&[View]>) -> Self {
        let cleared = Cleared::by(hits, views);
        let stands = |hit: &&Hit| !hit.purpose.is_negative() && !cleared.covers(hit);
        let standing: Vec<Hit> = hits.iter().filter(stands).copied().collect();
        let strictest = standing.iter().map(|hit| Verdict::from(hit.action)).max();
        let verdict = strictest.unwrap_or(Verdict::Allow);
        Self { verdict, standing, is_cleared: cleared.is_whole }
    }
}

/// A frame's number, and what stands behind its transparent pixels.
pub type View = (u32, Backdrop);

/// What negative banks speak for.
struct Cleared {
    is_whole: bool,
    views: BTreeSet<View>,
}

impl Cleared {
    fn by(hits: &[Hit], views: Option<&[View]>) -> Self {
        let negative = || hits.iter().filter(|hit| hit.purpose.is_negative());
        let by_looks = negative().filter(|hit| hit.kind == HashKind::Pdq);
        let seen: BTreeSet<View> = by_looks.map(view).collect();
        let is_known_by_bytes = negative().any(|hit| hit.kind != HashKind::Pdq);
        let is_seen_whole = views
            .is_some_and(|views| !views.is_empty() && views.iter().all(|view| seen.contains(view)));
        Self { is_whole: is_known_by_bytes || is_seen_whole, views: seen }
    }

    fn covers(&self, hit: &Hit) -> bool {
        let is_view_cleared = hit.kind == HashKind::Pdq && self.views.contains(&view(hit));
        self.is_whole || is_view_cleared
    }
}

fn view(hit: &Hit) -> View {
    (hit.frame, hit.variant.backdrop)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hit(purpose: Purpose, action: Action) -> Hit {
        Hit {
            bank: Uuid::nil().into(),
            purpose,
            action,
            entry: EntryId::MIN,
            kind: HashKind::Pdq,
            distance: Distance(3),
            frame: 0,
            variant: Variant::default(),
        }
    }

    fn plain(frame: u32) -> View {
        (frame, Backdrop::None)
    }

    #[test]
    fn a_harmless_picture_on_white_does_not_hide_another_on_black() {
        let on =
            |hit: Hit, backdrop| Hit { variant: Variant { backdrop, ..Variant::default() }, ..hit };
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let hits = [on(benign(), Backdrop::White), on(block, Backdrop::Black)];
        let views = Backdrop::ALL.map(|backdrop| (0, backdrop));

        assert_eq!(Judgement::of(&hits, Some(&views)).verdict, Verdict::Block);
        let hits = [on(benign(), Backdrop::White), on(block, Backdrop::White)];
        assert_eq!(Judgement::of(&hits, Some(&views)).verdict, Verdict::Allow);
    }

    fn benign() -> Hit {
        hit(Purpose::KnownBenign, Action::None)
    }

    #[test]
    fn the_strictest_bank_decides() {
        let none = hit(Purpose::ChildSexualAbuse, Action::None);
        let hold = hit(Purpose::ChildSexualAbuse, Action::Hold);
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);

        assert_eq!(Judgement::of(&[none], Some(&[plain(0)])).verdict, Verdict::Allow);
        assert_eq!(Judgement::of(&[none, hold], Some(&[plain(0)])).verdict, Verdict::Hold);
        assert_eq!(Judgement::of(&[block, hold], Some(&[plain(0)])).verdict, Verdict::Block);
    }

    #[test]
    fn a_match_that_may_do_nothing_still_stands() {
        let none = hit(Purpose::ChildSexualAbuse, Action::None);

        assert_eq!(Judgement::of(&[none], Some(&[plain(0)])).standing, [none]);
    }

    #[test]
    fn what_a_negative_bank_knows_is_neither_held_nor_recorded() {
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let by_bytes = Hit { kind: HashKind::Sha256, ..block };

        let judged = Judgement::of(&[block, by_bytes, benign()], Some(&[plain(0)]));

        let clear = Judgement { verdict: Verdict::Allow, standing: Vec::new(), is_cleared: true };
        assert_eq!(judged, clear);
    }

    #[test]
    fn a_harmless_frame_does_not_hide_another() {
        let first = hit(Purpose::ChildSexualAbuse, Action::Block);
        let second = Hit { frame: 1, ..first };
        let by_bytes = Hit { kind: HashKind::Sha256, ..first };

        let judged =
            Judgement::of(&[first, second, by_bytes, benign()], Some(&[plain(0), plain(1)]));

        assert_eq!(judged.verdict, Verdict::Block);
        assert_eq!(judged.standing, [second, by_bytes]);
    }

    #[test]
    fn an_item_whose_bytes_are_known_to_be_harmless_is_cleared_whole() {
        let second = Hit { frame: 1, ..hit(Purpose::ChildSexualAbuse, Action::Block) };
        let whole = Hit { kind: HashKind::Sha256, ..benign() };

        assert_eq!(
            Judgement::of(&[second, whole], Some(&[plain(0), plain(1)])).verdict,
            Verdict::Allow
        );
    }

    #[test]
    fn frames_that_were_not_compared_are_not_cleared() {
        let by_bytes = Hit { kind: HashKind::Md5, ..hit(Purpose::Rehearsal, Action::Hold) };

        assert_eq!(
            Judgement::of(&[by_bytes, benign()], Some(&[plain(0), plain(7)])).verdict,
            Verdict::Hold
        );
        assert_eq!(Judgement::of(&[by_bytes, benign()], None).verdict, Verdict::Hold);
        assert_eq!(Judgement::of(&[by_bytes], Some(&[])).verdict, Verdict::Hold);
    }

    #[test]
    fn frames_count_by_their_number_in_the_file() {
        let seventh = Hit { frame: 7, ..benign() };
        let by_bytes = Hit { kind: HashKind::Md5, ..hit(Purpose::Rehearsal, Action::Hold) };

        let judged = Judgement::of(&[by_bytes, benign(), seventh], Some(&[plain(0), plain(7)]));

        assert!(judged.is_cleared);
        assert_eq!(judged.verdict, Verdict::Allow);
    }

    #[test]
    fn the_best_look_is_the_nearest_then_the_one_turned_least() {
        let turned = Variant { transform: crate::Transform::FlipLeftRight, ..Variant::default() };
        let plain = hit(Purpose::Rehearsal, Action::Hold);
        let mirrored = Hit { variant: turned, frame: 1, ..plain };
        let nearer = Hit { distance: Distance(1), frame: 6, variant: turned, ..plain };
        let by_bytes = Hit { kind: HashKind::Sha256, distance: Distance(0), ..plain };

        assert_eq!(Hit::best_look(&[mirrored, plain]), Some(&plain));
        assert_eq!(Hit::best_look(&[by_bytes, plain, nearer]), Some(&nearer));
        assert_eq!(Hit::best_look(&[by_bytes]), None);
    }

    #[test]
    fn a_clean_item_leaves_no_trace() {
        let judged = Judgement::of(&[], Some(&[plain(0)]));

        let clean = Judgement { verdict: Verdict::Allow, standing: Vec::new(), is_cleared: false };
        assert_eq!(judged, clean);
    }
}
