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
        "it restricts items without a person";
    /// A bank's action becomes stricter.
    RaiseAction = "the action of a bank is raised", "the same";
    /// A bank that holds or blocks items is switched on.
    EnableActingBank = "a bank with the action `hold` or `block` is switched on", "the same";
    /// Hashes are added to a bank that holds or blocks items.
    AddActingEntries = "hashes are added to a bank with the action `hold` or `block`, also ones \
                        that were withdrawn from it",
        "a hash of a lawful picture restricts everyone who sends it";
    /// A list is imported into a bank that holds or blocks items.
    ApproveSource = "a list is imported into such a bank, from a source that was not approved for it",
        "the same; the approval of a source is for one bank, and ends after a year, or when the \
         bank names another source";
    /// A negative bank is created or switched on.
    OpenBenignBank = "a bank of known harmless pictures is created or switched on",
        "what it clears is neither held nor recorded";
    /// Hashes are added to a negative bank.
    AddBenignEntries = "hashes are added to a bank of known harmless pictures, also by import",
        "an entry clears known abuse without a trace; the approval of an import is for one import \
         within a day";
    /// An entry of a bank that holds, blocks or clears items ends later.
    PostponeEnd = "the end of an entry is postponed or removed, in one of these banks",
        "the entry restricts or clears items for longer";
    /// Many entries are withdrawn, or their end is brought forward, within a day.
    MassWithdrawal = "more entries of a bank are withdrawn, or their end is brought forward, \
                      within 24 hours than `approvals.withdrawals_per_day_max` (100), by any \
                      number of calls",
        "known abuse is no longer matched";
    /// A surface or a country is added to a bank.
    WidenReach = "a surface or a country is added to a bank",
        "items are compared that were not before";
    /// A bank compares private messages, or does so for longer or under another law.
    OpenPrivateMessages = "a bank is created for private messages, or they are added, or the law \
                           that permits it is replaced or its last day postponed",
        "confidentiality of communications";
    /// The distance limit of a bank exceeds the configured limit.
    RaiseDistance = "a distance limit beyond `approvals.distance_max` (31 bits) is set or raised; in \
                     a bank of known harmless pictures, any is raised",
        "unrelated pictures come near";
    /// The least quality of a bank is below the default.
    LowerQuality = "a least quality below 50 is set or lowered; in a bank of known harmless \
                    pictures, any is lowered",
        "flat pictures resemble each other";
    /// A bank compares turned and mirrored frames too.
    WidenTransforms = "`transforms` of a bank is changed from `none` to `all`",
        "more is compared";
    /// An administrator's key is issued.
    IssueAdminKey = "an administrator's key is issued",
        "it can do everything that this table limits";
    /// A key of another person is revoked.
    RevokeOtherKey = "a key is revoked that the actor does not use and did not create, directly or \
                      through other keys",
        "it locks out other people, who could object";
}

impl Reason {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the word that the API and the database use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
