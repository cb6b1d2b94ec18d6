//! One field of a form, with what was typed, what is wrong with it and how to put it right.

use askama::Template;

component!(Field);

/// How a field is filled in.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    Text,
    Email,
    Password,
    /// One-time codes: digits, offered by the phone.
    Code,
    /// Several lines.
    Area,
    Date,
    /// One of the choices.
    Select,
    /// Any of the choices, as boxes to tick.
    Boxes,
    /// One of the choices, as buttons.
    Radios,
}

/// One choice of a select or of boxes.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
    /// A line below the label.
    pub hint: Option<String>,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false, hint: None }
    }

    #[must_use]
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A labelled field. `name` is the form's key, `id` the element's (the name unless it stands twice on a page).
#[derive(Template, Clone)]
#[template(path = "parts/field.html")]
pub struct Field {
    pub name: String,
    pub id: String,
    pub label: String,
    pub value: String,
    pub error: Option<String>,
    pub hint: Option<String>,
    pub input: Input,
    pub required: bool,
    pub autocomplete: &'static str,
    pub choices: Vec<Choice>,
    pub autofocus: bool,
    /// The id of a `datalist` on the page.
    pub list: Option<String>,
    /// With scripts, names of this kind are offered while one types.
    pub suggests: Option<String>,
}

impl Field {
    /// A field of any kind, empty and without remark.
    #[must_use]
    pub fn new(input: Input, name: impl Into<String>, label: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: format!("f-{name}"),
            name,
            label: label.into(),
            value: String::new(),
            error: None,
            hint: None,
            input,
            required: true,
            autocomplete: "off",
            choices: Vec::new(),
            autofocus: false,
            list: None,
            suggests: None,
        }
    }

    #[must_use]
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Input::Text, name, label)
    }

    /// Why: asked for by every act that takes something away.
    #[must_use]
    pub fn reason(label: impl Into<String>) -> Self {
        Self::new(Input::Area, "reason", label)
            .hint("It is kept in the ledger, sealed, for those who may read it.")
    }

    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    #[must_use]
    pub fn autocomplete(mut self, word: &'static str) -> Self {
        self.autocomplete = word;
        self
    }

    #[must_use]
    pub fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    #[must_use]
    pub fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// Names of this kind ("client", "matter") are offered while one types.
    #[must_use]
    pub fn suggests(mut self, kind: impl Into<String>) -> Self {
        self.suggests = Some(kind.into());
        self
    }

    #[must_use]
    pub fn list(mut self, id: impl Into<String>) -> Self {
        self.list = Some(id.into());
        self
    }

    /// Many boxes scroll, and can be filtered with script.
    fn many(&self) -> bool {
        self.choices.len() > 8
    }

    fn input_type(&self) -> &'static str {
        match self.input {
            Input::Email => "email",
            Input::Password => "password",
            Input::Date => "date",
            _ => "text",
        }
    }

    /// The ids that describe the field, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{error} {hint}")),
            (hint, error) => error.or(hint),
        }
    }
}
