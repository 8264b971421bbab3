//! How the widget looks on a tenant's pages, and what it says of itself (contract § 12).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a team can set for its widget. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WidgetSettings {
    /// Light, dark, or as the visitor's device is set.
    pub theme: WidgetTheme,
    /// The colour of its button and of the visitor's messages. Default `#2563eb`.
    pub accent: Colour,
    /// The corner that it sits in.
    pub position: WidgetPosition,
    /// Whether it tells visitors that they talk to an AI. Default true.
    pub ai_notice: bool,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            theme: WidgetTheme::default(),
            accent: Colour([0x25, 0x63, 0xeb]),
            position: WidgetPosition::default(),
            ai_notice: true,
        }
    }
}

/// Which set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WidgetTheme {
    /// As the visitor's device is set.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl WidgetTheme {
    /// Every theme, the default first.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Which corner of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WidgetPosition {
    /// Below, on the right.
    #[default]
    BottomRight,
    /// Below, on the left.
    BottomLeft,
}

impl WidgetPosition {
    /// Every position, the default first.
    pub const ALL: [Self; 2] = [Self::BottomRight, Self::BottomLeft];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BottomRight => "bottom-right",
            Self::BottomLeft => "bottom-left",
        }
    }
}

/// A colour by its red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a colour such as #2563eb")]
pub struct NotAColour;

impl Colour {
    /// Reads `#rrggbb` in either case, and nothing else: it goes into style sheets of other people's pages.
    pub fn parse(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        let mut channels = [0; 3];
        hex::decode_to_slice(digits, &mut channels).map_err(|_| NotAColour)?;
        Ok(Self(channels))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

impl Serialize for Colour {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_and_nothing_that_a_style_sheet_could_read_otherwise() {
        assert_eq!(Colour::parse("#2563EB").expect("a colour").to_string(), "#2563eb");
        for wrong in ["", "#", "2563eb", "#fff", "#2563eb;", "red", "#25 3eb", "#2563ebff", "#é563eb"] {
            assert_eq!(Colour::parse(wrong), Err(NotAColour), "{wrong}");
        }
    }

    #[test]
    fn settings_stored_by_an_older_version_read_with_defaults() {
        assert_eq!(serde_json::from_str::<WidgetSettings>("{}").expect("reads"), WidgetSettings::default());
        let settings = WidgetSettings {
            theme: WidgetTheme::Dark,
            accent: Colour([1, 2, 3]),
            position: WidgetPosition::BottomLeft,
            ai_notice: false,
        };
        let stored = serde_json::to_string(&settings).expect("prints");
        assert_eq!(serde_json::from_str::<WidgetSettings>(&stored).expect("reads"), settings);
    }
}
