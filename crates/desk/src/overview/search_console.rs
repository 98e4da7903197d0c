//! The search of the console: finds a case, a decision, an action or a bank by its id, an item by
//! its exact name, and a bank by a part of its name. Does not find accounts or staff members.

use mamori_model::{ActionId, Bank, BankId, Case, CaseId, Decision, DecisionId, ItemName};

use crate::staff::member::Member;
use crate::{Desk, Error};

/// The most results of one kind.
const FOUND_MAX: u32 = 20;

/// One result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A case, found by its id or by the name of one of its items.
    Case(Box<Case>),
    /// A decision, found by its id or by the id of one of its actions.
    Decision(Box<Decision>),
    /// A bank, found by its id or by a part of its name.
    Bank(Box<Bank>),
}

impl Desk {
    /// Returns what `text` names and `who` may read; what `who` may not read is left out.
    pub async fn search_console(&self, who: &Member, text: &str) -> Result<Vec<Finding>, Error> {
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
            // What may be found of it is its decision, which is checked.
            if let Some(action) = self.store().action(action).await? {
                found.extend(self.find_decision(who, action.decision).await?);
            }
        } else {
            found.extend(self.find_item(who, text).await?);
        }
        found.extend(self.find_banks(text));
        Ok(found)
    }

    /// Finds a case, for a staff member who may claim it or read records.
    async fn find_case(&self, who: &Member, case: CaseId) -> Result<Option<Finding>, Error> {
        if who.reviewer().is_none() && who.records().is_none() {
            return Ok(None);
        }
        let case = self.store().case(case, who.assignment()).await?;
        Ok(case.map(|case| Finding::Case(Box::new(case))))
    }

    /// Finds a decision: the staff member's own, or any for a lead or an auditor.
    async fn find_decision(
        &self,
        who: &Member,
        decision: DecisionId,
    ) -> Result<Option<Finding>, Error> {
        let found = self.store().decision(decision, who.assignment()).await?;
        let reads_all = who.records().is_some();
        let theirs = found.filter(|found| reads_all || found.made_by == who.staff());
        Ok(theirs.map(|found| Finding::Decision(Box::new(found))))
    }

    /// Finds the cases of an item with exactly this name, at any service that the staff member's
    /// assignment covers, newest first.
    async fn find_item(&self, who: &Member, name: &str) -> Result<Vec<Finding>, Error> {
        if who.reviewer().is_none() && who.records().is_none() {
            return Ok(Vec::new());
        }
        let Ok(name) = name.parse::<ItemName>() else { return Ok(Vec::new()) };
        let cases = self.store().cases_of_item_name(&name, who.assignment(), FOUND_MAX).await?;
        Ok(cases.into_iter().map(|case| Finding::Case(Box::new(case))).collect())
    }

    /// Finds the banks with this id or with this text in their names, sorted by name.
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
