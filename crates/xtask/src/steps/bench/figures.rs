//! The figures that a measuring program prints: one line of JSON each, `{"name","value"}`.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// Figures by name.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Runs a program that prints figures, shows its output and reads it.
    pub fn of(command: &mut Command) -> Result<Self> {
        let output = command.stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("{command:?} did not start"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{text}");
        if !output.status.success() {
            bail!("{command:?} ended with {}", output.status);
        }
        Ok(Self::read(&text))
    }

    /// Reads the figures in `text`; other lines are ignored.
    pub fn read(text: &str) -> Self {
        let figure = |line: &str| {
            let inside = line.trim().strip_prefix('{')?.strip_suffix('}')?;
            let (name, value) = inside.split_once(',')?;
            let name = name.split_once(':')?.1.trim().trim_matches('"');
            let value = value.split_once(':')?.1.trim().parse().ok()?;
            Some((name.to_owned(), value))
        };
        Self(text.lines().filter_map(figure).collect())
    }

    /// Returns the figure `name`; an error if it was not measured.
    pub fn get(&self, name: &str) -> Result<f64> {
        self.0.get(name).copied().with_context(|| format!("no step measured `{name}`"))
    }

    /// Returns the figure `name`, if it was measured.
    pub fn find(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// Adds the figures of another program.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Sets one figure.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_however_json_is_spaced() {
        let figures = Figures::read(
            "noise\n{\"name\":\"a\",\"value\":1.5}\n{\"name\": \"b\", \"value\": 2e3}\n",
        );

        assert!((figures.get("a").unwrap() - 1.5).abs() < 1e-9);
        assert!((figures.get("b").unwrap() - 2_000.0).abs() < 1e-9);
        assert!(figures.get("c").is_err());
    }
}
