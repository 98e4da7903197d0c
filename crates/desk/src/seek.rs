//! What somebody looks for is found: by its id, an item by its exact name, a bank by a part of its
//! own. Nobody finds an account, and nobody finds a person.

use mamori_model::{ActionId, Bank, BankId, CaseId, DecisionId, ItemName};

use crate::member::Member;
use crate::{Desk, Error};

/// The most things of one kind that are found.
const FOUND_MAX: u32 = 20;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A case.
    Case(CaseId),
    /// A decision.
    Decision(DecisionId),
    /// A bank.
    Bank(Box<Bank>),
}

impl Desk {
    /// What `text` names and `who` may read: what is not for them is not found.
    pub async fn seek(&self, who: &Member, text: &str) -> Result<Vec<Finding>, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        if let Ok(case) = text.parse::<CaseId>() {
            found.extend(self.find_case(who, case).await?);
        } else if let Ok(decision) = text.parse::<DecisionId>() {
            found.extend(self.find_decision(who, decision).await?);
        } else if let Ok(action) = text.parse::<ActionId>() {
            if let Some(action) = self.store().action(action).await? {
                found.extend(self.find_decision(who, action.decision).await?);
            }
        } else {
            found.extend(self.find_item(who, text).await?);
        }
        found.extend(self.find_banks(text));
        Ok(found)
    }

    /// A case, for whoever may claim it or read the record.
    async fn find_case(&self, who: &Member, case: CaseId) -> Result<Option<Finding>, Error> {
        if who.reviewer().is_none() && who.records().is_none() {
            return Ok(None);
        }
        Ok(self.store().case(case).await?.map(|case| Finding::Case(case.id)))
    }

    /// A decision: one's own, or from the record.
    async fn find_decision(
        &self,
        who: &Member,
        decision: DecisionId,
    ) -> Result<Option<Finding>, Error> {
        let found = self.store().decision(decision).await?;
        let reads_all = who.records().is_some();
        let theirs = found.filter(|found| reads_all || found.made_by == who.staff());
        Ok(theirs.map(|found| Finding::Decision(found.id)))
    }

    /// The cases of an item that a service calls exactly so, the newest first.
    async fn find_item(&self, who: &Member, name: &str) -> Result<Vec<Finding>, Error> {
        if who.reviewer().is_none() && who.records().is_none() {
            return Ok(Vec::new());
        }
        let Ok(name) = name.parse::<ItemName>() else { return Ok(Vec::new()) };
        let cases = self.store().cases_of_item_name(&name, FOUND_MAX).await?;
        Ok(cases.into_iter().map(|case| Finding::Case(case.id)).collect())
    }

    /// The banks with this id, or whose names have this in them, in the order of their names.
    fn find_banks(&self, text: &str) -> Vec<Finding> {
        let directory = self.directory();
        let id = text.parse::<BankId>().ok();
        let part = text.to_lowercase();
        let is_meant =
            |bank: &&Bank| id == Some(bank.id) || bank.name.as_str().to_lowercase().contains(&part);
        let mut banks: Vec<Bank> = directory.banks().filter(is_meant).cloned().collect();
        banks.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        let most = usize::try_from(FOUND_MAX).unwrap_or(usize::MAX);
        banks.into_iter().take(most).map(|bank| Finding::Bank(Box::new(bank))).collect()
    }
}
