//! A staff member's exposure, computed again in another way than the desk computes it.

use jiff::SignedDuration;
use mamori_model::Refusal;
use mamori_model::exposure::{STRETCH_GAP, WINDOW};

use crate::sim::Simulation;
use crate::tables::at;

const MINUTE: i64 = 60_000_000;

/// Why a person may view nothing now; `None` if they may.
pub async fn due(sim: &Simulation, person: usize) -> Result<Option<Refusal>, String> {
    let (now, limits) = (sim.clock.now(), sim.settings.exposure);
    let who = format!("'staff_' || lower(hex(staff_id)) = '{}'", sim.world.people[person].id);
    let breaks = format!("SELECT why || ' ' || ends_at FROM reviewer_break WHERE {who}");
    let breaks = sim.tables.words::<2>(&breaks).await?;
    let breaks: Vec<_> = breaks.iter().map(|[why, end]| (why.as_str(), at(end))).collect();
    if let Some((why, _)) = breaks.iter().find(|(_, end)| *end > now) {
        return Ok(Some(if *why == "own" { Refusal::OwnBreak } else { Refusal::BreakDue }));
    }
    let views = format!(
        "SELECT clarity || ' ' || severity || ' ' || opened_at || ' ' || coalesce(closed_at, seen_at)
           FROM item_view WHERE {who} AND opened_at > {} ORDER BY opened_at, id",
        (now - WINDOW).as_microsecond()
    );
    let views = sim.tables.words::<4>(&views).await?;
    let (mut count, mut micros, mut points) = (0_u32, 0_i64, 0_i64);
    for [_, severity, begin, end] in views.iter().filter(|[clarity, ..]| clarity == "clear") {
        let lasted = at(end).as_microsecond() - at(begin).as_microsecond();
        let minutes = (lasted + MINUTE - 1) / MINUTE;
        (count, micros) = (count + 1, micros + lasted);
        points += severity.parse::<i64>().unwrap() * minutes.max(1);
    }
    if count >= limits.views
        || micros >= i64::from(limits.minutes) * MINUTE
        || points >= i64::from(limits.points)
    {
        return Ok(Some(Refusal::ExposureSpent));
    }
    // Backwards from now, as long as there is no pause and no break in between.
    let last_break_end = breaks.into_iter().map(|(_, end)| end).max();
    let mut latest = now;
    let mut stretch = SignedDuration::ZERO;
    let mut ends: Vec<_> = views.iter().map(|[.., begin, end]| (at(begin), at(end))).collect();
    for nth in 1..ends.len() {
        ends[nth].1 = ends[nth].1.max(ends[nth - 1].1);
    }
    for (begin, end) in ends.into_iter().rev() {
        if last_break_end.is_some_and(|last_break_end| begin < last_break_end)
            || latest.duration_since(end) >= STRETCH_GAP
        {
            break;
        }
        (latest, stretch) = (begin, now.duration_since(begin));
    }
    Ok((stretch >= limits.stretch).then_some(Refusal::BreakDue))
}
