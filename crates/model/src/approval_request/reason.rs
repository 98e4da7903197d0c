//! Why a change needs a second actor: a closed list, which `docs/rights.md` shows to the public.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $why:literal;)*) => {
        /// Why a change needs a second actor.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            EnumString, IntoStaticStr, VariantArray,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Returns the change, in the words of `docs/rights.md`.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }

            /// Returns why it needs a second actor, in the words of `docs/rights.md`.
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why,)* }
            }
        }
    };
}

reasons! {
    /// A service is deleted.
    DeleteService = "a service is deleted",
        "its evidence, endpoints and keys cannot be brought back";
    /// A bank is deleted.
    DeleteBank = "a bank is deleted",
        "what it matched is no longer matched, and its entries cannot be brought back";
    /// A bank is created that holds or blocks items.
    CreateActingBank = "a bank with the action `hold` or `block` is created",
        "it restricts items automatically";
    /// A bank's action becomes stricter.
    RaiseAction = "the action of a bank is made stricter", "it restricts items automatically";
    /// A bank that holds or blocks items is switched on.
    EnableActingBank = "a bank with the action `hold` or `block` is switched on",
        "it restricts items automatically";
    /// Hashes are added to a bank that holds or blocks items.
    AddActingEntries = "hashes are added to a bank with the action `hold` or `block`, including \
                        hashes that were withdrawn from it",
        "a hash of a lawful picture restricts everyone who sends it";
    /// A list is imported into a bank that holds or blocks items.
    ApproveSource = "a list is imported into a bank with the action `hold` or `block`, from a \
                     source that is not approved for this bank",
        "a hash of a lawful picture restricts everyone who sends it. The approval is for one \
         source and one bank; it ends after a year, or when the bank names another source";
    /// A negative bank is created or switched on.
    OpenBenignBank = "a bank of known benign pictures is created or switched on",
        "what it clears is neither held nor recorded";
    /// Hashes are added to a negative bank.
    AddBenignEntries = "hashes are added to a bank of known benign pictures, also by import",
        "a wrong entry clears known abuse, and nothing is recorded of what it clears. The approval \
         of an import is for one import within 24 hours";
    /// An entry of a bank that holds, blocks or clears items ends later.
    PostponeEnd = "the end of an entry is postponed or removed, in a bank with the action `hold` \
                   or `block`, or in a bank of known benign pictures",
        "the entry restricts or clears items for longer";
    /// Many entries are withdrawn, or their end is brought forward, within a day.
    MassWithdrawal = "within 24 hours, more than `approvals.withdrawals_per_day_max` (100) entries \
                      of one bank are withdrawn or have their end brought forward, by one call or \
                      by several",
        "known abuse is no longer matched";
    /// A surface or a country is added to a bank.
    WidenReach = "a surface or a country is added to a bank",
        "items are compared that were not compared before";
    /// A bank compares private messages, or does so for longer or under another law.
    OpenPrivateMessages = "a bank is created for private messages, or private messages are added \
                           to it; or the law that permits this is replaced, or its last day postponed",
        "it limits the confidentiality of communications";
    /// The distance limit of a bank exceeds the configured limit.
    RaiseDistance = "the distance limit of a bank is set or raised to more than \
                     `approvals.distance_max` (31 bits); in a bank of known benign pictures, to any \
                     greater limit",
        "unrelated pictures match";
    /// The least quality of a bank is below the default.
    LowerQuality = "the least quality of a bank is set or lowered to less than 50; in a bank of \
                    known benign pictures, to any lesser quality",
        "flat pictures, which have little structure, resemble each other";
    /// A bank compares turned and mirrored frames too.
    WidenTransforms = "`transforms` of a bank is changed from `none` to `all`",
        "turned and mirrored pictures are compared too";
    /// An administrator's key is issued.
    IssueAdminKey = "an administrator's key is issued",
        "its holder can request and approve the changes of this table";
    /// A key of another person is revoked.
    RevokeOtherKey = "a key is revoked that is not the actor's own, and that the actor did not \
                      create, directly or through other keys",
        "it locks out people who could object to a change";
}

impl Reason {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
