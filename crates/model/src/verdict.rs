//! The machine's immediate answer to a check, and the rule by which it follows from the hits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{Action, Backdrop, BankId, Distance, EntryId, HashKind, Purpose, Variant};

/// The immediate answer to a check, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// The item may stay: no bank holds or blocks it, or no bank may be used on it.
    Allow,
    /// Keep the item back until a reviewer has decided.
    Hold,
    /// Block the item: it is not published.
    Block,
}

impl Verdict {
    /// Every verdict, the mildest first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API, the database and files use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses the word that [`Self::as_str`] returns.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
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

/// Why an item was not compared.
///
/// If several reasons apply, the reported one is the last of: `no_bank`, `surface`, `jurisdiction`,
/// `private_basis_ended`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[derive(VariantArray)]
pub enum NotLooked {
    /// There is no bank, or every bank is switched off.
    NoBank,
    /// No bank may be used on this surface.
    Surface,
    /// No bank may be used in this country, or the service did not name the country.
    Jurisdiction,
    /// The law that allowed a bank to be used on private messages has ended.
    PrivateBasisEnded,
}

impl NotLooked {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns one sentence for people.
    pub fn explain(self) -> &'static str {
        match self {
            Self::NoBank => "no bank is switched on",
            Self::Surface => "no bank may be used on this surface",
            Self::Jurisdiction => "no bank may be used in this jurisdiction",
            Self::PrivateBasisEnded => {
                "the law that let a bank be used on private messages has ended"
            }
        }
    }
}

/// One entry that an item came near to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The bank of the entry.
    pub bank: BankId,
    /// The purpose of the bank at the time of the check.
    pub purpose: Purpose,
    /// The action of the bank at the time of the check.
    pub action: Action,
    /// The entry that matched.
    pub entry: EntryId,
    /// The kind of hash that was compared.
    pub kind: HashKind,
    /// The distance between the two hashes in bits; 0 for SHA-256, SHA-1 and MD5.
    pub distance: Distance,
    /// The frame of an animated item, by its position in the file, from 0.
    pub frame: u32,
    /// Number of frames of the item, more than [`Self::frame`]: in its file, of which some may have
    /// been left out; as far as they could be counted if the file is damaged or of a kind that is
    /// not read to its end; 1 if only hashes were sent or nothing could be decoded.
    pub frame_count: u32,
    /// The variant of the frame that was compared; the default for digests.
    pub variant: Variant,
}

impl Hit {
    /// Returns the hit that best identifies the picture: the PDQ hit with the smallest distance.
    /// Among equal distances, the hit with the earliest transform and backdrop, in the order of
    /// their declaration; then the hit with the earliest frame.
    pub fn nearest_pdq(hits: &[Self]) -> Option<&Self> {
        let pdq_hits = hits.iter().filter(|hit| hit.kind == HashKind::Pdq);
        pdq_hits.min_by_key(|hit| {
            (hit.distance, hit.variant.transform, hit.variant.backdrop, hit.frame)
        })
    }
}

/// A verdict, and the hits that it is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict: the strictest action of the banks in [`Self::effective_hits`].
    pub verdict: Verdict,
    /// The hits that no negative bank clears. Only these are recorded, and an item without any is
    /// not recorded: clean items are not stored, and a wrong suspicion must not be stored either.
    pub effective_hits: Vec<Hit>,
    /// Whether a negative bank clears the whole item: by its bytes, or by every one of its frames.
    pub is_cleared: bool,
    /// The negative banks that clear at least one hit of another bank.
    pub cleared_by: BTreeSet<BankId>,
}

impl Judgement {
    /// Computes the verdict from `hits` on an item with these frames, each with its backdrops.
    /// `frames` is `None` if not every frame of the item was compared, so that its frames cannot
    /// clear all of it.
    ///
    /// A negative bank that knows the item's bytes clears the whole item. A negative bank that
    /// knows a frame on a backdrop clears only that frame on that backdrop. Otherwise one harmless
    /// frame would hide the others, and a harmless picture on white would hide another one on
    /// black. A hit on the item's bytes is cleared when every frame is.
    pub fn of(hits: &[Hit], frames: Option<&[FrameBackdrop]>) -> Self {
        let cleared = Cleared::by(hits, frames);
        let stands = |hit: &&Hit| !hit.purpose.is_negative() && !cleared.covers(hit);
        let effective_hits: Vec<Hit> = hits.iter().filter(stands).copied().collect();
        let strictest = effective_hits.iter().map(|hit| Verdict::from(hit.action)).max();
        let verdict = strictest.unwrap_or(Verdict::Allow);
        let others = hits.iter().filter(|hit| !hit.purpose.is_negative());
        let cleared_by = others.flat_map(|hit| cleared.banks(hit)).collect();
        Self { verdict, effective_hits, is_cleared: cleared.is_whole, cleared_by }
    }
}

/// A frame's number, and what is drawn behind its transparent pixels.
pub type FrameBackdrop = (u32, Backdrop);

/// What negative banks clear.
struct Cleared {
    is_whole: bool,
    /// The banks that know the item's bytes.
    by_bytes: BTreeSet<BankId>,
    /// The frames that they know, and which banks do.
    frames: BTreeMap<FrameBackdrop, BTreeSet<BankId>>,
}

impl Cleared {
    fn by(hits: &[Hit], frames: Option<&[FrameBackdrop]>) -> Self {
        let (mut by_bytes, mut seen) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<BankId>>::new());
        for hit in hits.iter().filter(|hit| hit.purpose.is_negative()) {
            let banks = match hit.kind {
                HashKind::Pdq => seen.entry(frame_of(hit)).or_default(),
                HashKind::Sha256 | HashKind::Sha1 | HashKind::Md5 => &mut by_bytes,
            };
            banks.insert(hit.bank);
        }
        let is_seen_whole = frames.is_some_and(|frames| {
            !frames.is_empty() && frames.iter().all(|frame| seen.contains_key(frame))
        });
        Self { is_whole: !by_bytes.is_empty() || is_seen_whole, by_bytes, frames: seen }
    }

    fn covers(&self, hit: &Hit) -> bool {
        let is_frame_cleared =
            hit.kind == HashKind::Pdq && self.frames.contains_key(&frame_of(hit));
        self.is_whole || is_frame_cleared
    }

    /// Returns the banks that clear `hit`, a hit of another bank. A hit on the item's bytes that no
    /// bank knows by its bytes is cleared by all banks that know its frames.
    fn banks(&self, hit: &Hit) -> BTreeSet<BankId> {
        if !self.covers(hit) {
            return BTreeSet::new();
        }
        let of_frame = self.frames.get(&frame_of(hit)).filter(|_| hit.kind == HashKind::Pdq);
        let mut banks = self.by_bytes.clone();
        banks.extend(of_frame.into_iter().flatten());
        if banks.is_empty() {
            banks.extend(self.frames.values().flatten());
        }
        banks
    }
}

fn frame_of(hit: &Hit) -> FrameBackdrop {
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
            frame_count: 1,
            variant: Variant::default(),
        }
    }

    fn plain(frame: u32) -> FrameBackdrop {
        (frame, Backdrop::None)
    }

    #[test]
    fn a_harmless_picture_on_white_does_not_hide_another_on_black() {
        let on =
            |hit: Hit, backdrop| Hit { variant: Variant { backdrop, ..Variant::default() }, ..hit };
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let hits = [on(benign(), Backdrop::White), on(block, Backdrop::Black)];
        let frames: Vec<FrameBackdrop> =
            Backdrop::ALL.iter().map(|&backdrop| (0, backdrop)).collect();

        assert_eq!(Judgement::of(&hits, Some(&frames)).verdict, Verdict::Block);
        let hits = [on(benign(), Backdrop::White), on(block, Backdrop::White)];
        assert_eq!(Judgement::of(&hits, Some(&frames)).verdict, Verdict::Allow);
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
    fn a_hit_in_a_bank_without_an_action_is_still_recorded() {
        let none = hit(Purpose::ChildSexualAbuse, Action::None);

        assert_eq!(Judgement::of(&[none], Some(&[plain(0)])).effective_hits, [none]);
    }

    #[test]
    fn an_item_in_a_negative_bank_is_neither_held_nor_recorded() {
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let by_bytes = Hit { kind: HashKind::Sha256, ..block };

        let judged = Judgement::of(&[block, by_bytes, benign()], Some(&[plain(0)]));

        let clear = Judgement {
            verdict: Verdict::Allow,
            effective_hits: Vec::new(),
            is_cleared: true,
            cleared_by: [benign().bank].into(),
        };
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
        assert_eq!(judged.effective_hits, [second, by_bytes]);
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
    fn the_nearest_pdq_hit_wins_then_the_one_turned_least() {
        let turned = Variant { transform: crate::Transform::FlipLeftRight, ..Variant::default() };
        let plain = hit(Purpose::Rehearsal, Action::Hold);
        let mirrored = Hit { variant: turned, frame: 1, ..plain };
        let nearer = Hit { distance: Distance(1), frame: 6, variant: turned, ..plain };
        let by_bytes = Hit { kind: HashKind::Sha256, distance: Distance(0), ..plain };

        assert_eq!(Hit::nearest_pdq(&[mirrored, plain]), Some(&plain));
        assert_eq!(Hit::nearest_pdq(&[by_bytes, plain, nearer]), Some(&nearer));
        assert_eq!(Hit::nearest_pdq(&[by_bytes]), None);
    }

    #[test]
    fn a_clean_item_has_no_hits_to_record() {
        let judged = Judgement::of(&[], Some(&[plain(0)]));

        let clean = Judgement {
            verdict: Verdict::Allow,
            effective_hits: Vec::new(),
            is_cleared: false,
            cleared_by: BTreeSet::new(),
        };
        assert_eq!(judged, clean);
    }

    /// The negative banks that clear a hit, by the last number of their ids.
    fn cleared_by(hits: &[Hit], frames: Option<&[FrameBackdrop]>) -> Vec<u128> {
        let banks = Judgement::of(hits, frames).cleared_by;
        banks.into_iter().map(|bank| Uuid::from(bank).as_u128()).collect()
    }

    fn benign_in(bank: u128) -> Hit {
        Hit { bank: Uuid::from_u128(bank).into(), ..benign() }
    }

    #[test]
    fn a_negative_bank_is_named_if_it_clears_a_hit_of_another_bank() {
        let block = hit(Purpose::ChildSexualAbuse, Action::Block);
        let second = Hit { frame: 1, ..block };
        let by_bytes = Hit { kind: HashKind::Md5, ..benign_in(3) };
        let frames = [plain(0), plain(1)];

        assert!(cleared_by(&[benign_in(1)], Some(&frames)).is_empty(), "there is nothing to clear");
        assert!(cleared_by(&[second, benign_in(1)], Some(&frames)).is_empty(), "another frame");
        assert_eq!(cleared_by(&[block, second, benign_in(1)], Some(&frames)), [1]);
        let two = [block, benign_in(1), benign_in(2), Hit { frame: 1, ..benign_in(4) }];
        assert_eq!(cleared_by(&two, Some(&frames)), [1, 2]);
        assert_eq!(cleared_by(&[second, by_bytes], None), [3]);
    }

    #[test]
    fn a_hit_on_the_bytes_is_cleared_by_the_banks_that_know_every_frame() {
        let by_bytes = Hit { kind: HashKind::Md5, ..hit(Purpose::Rehearsal, Action::Hold) };
        let second = Hit { frame: 1, ..benign_in(2) };

        let both = cleared_by(&[by_bytes, benign_in(1), second], Some(&[plain(0), plain(1)]));

        assert_eq!(both, [1, 2]);
        assert!(cleared_by(&[by_bytes, benign_in(1)], Some(&[plain(0), plain(1)])).is_empty());
    }
}
