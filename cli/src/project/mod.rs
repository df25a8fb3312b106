//! The schema folders of a project and the messages in them: one reading for every command.
//!
//! [`folder`] reads the files of folders. [`message`] reads a message from its file alone, which also works for old versions
//! and for schemas with mistakes. [`Project`] adds what the generator made of it: its Rust type, and the enum of a topic that
//! several messages share. [`find`] decides which message or topic a name means, the same for every option and argument that
//! takes one, and [`checker`] compiles what payloads are checked against. [`file`] stands apart: any schema file with what it
//! refers to, without a folder around it.

mod checker;
pub(crate) mod documents;
pub(crate) mod fields;
pub(crate) mod file;
pub(crate) mod find;
pub(crate) mod folder;
pub(crate) mod message;
pub(crate) mod select;

use std::path::PathBuf;

use thoth_messaging_codegen::{TopicInfo, inspect};

use self::documents::{Documents, Unusable};
use self::folder::Folder;
use self::message::Message;
use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::report::{Report, count};

/// The schema folders that a command works on, and their messages.
#[derive(Default)]
pub(crate) struct Project {
    folders: Vec<Folder>,
    /// The documents of each folder, with the draft of the settings where they say none.
    documents: Vec<Documents>,
    /// The files that can't be used, of all folders.
    unusable: Vec<Unusable>,
    /// The errors of each folder.
    mistakes: Vec<Vec<Finding>>,
    /// Ordered by folder and file.
    pub(crate) messages: Vec<Message>,
    /// The topics with several messages, each with the enum over them.
    pub(crate) topics: Vec<TopicInfo>,
}

impl Project {
    /// Reads the messages of folders and files; of the folders of the settings where none is named. They may have mistakes:
    /// then their types have no names.
    pub(crate) fn read(paths: &[PathBuf], config: &Config) -> Result<Self, Failure> {
        Ok(Self::of(folder::read(paths, config)?, config))
    }

    fn of(folders: Vec<Folder>, config: &Config) -> Self {
        let mut project = Self::default();
        for (number, folder) in folders.into_iter().enumerate() {
            let generation = inspect(&folder.schemas, &config.options);
            let (documents, unusable) = documents::parse(&folder.schemas);
            let mut messages = message::read(number, &folder.schemas, &documents);
            message::add_generated(&mut messages, &generation);
            project.messages.extend(messages.into_iter().filter(|message| folder.asks_for(&message.file)));
            project.unusable.extend(unusable);
            project.documents.push(documents::with_draft(documents, &config.options));
            let is_whole = |topic: &TopicInfo| topic.messages.iter().all(|file| folder.asks_for(file));
            project.topics.extend(generation.topics.into_iter().filter(is_whole));
            let findings = generation.diagnostics.into_iter().map(Finding::from);
            project.mistakes.push(findings.filter(Finding::is_error).collect());
            project.folders.push(folder);
        }
        project
    }

    /// Reads messages as the generator knows them, with the ids of the lock file. Schemas with mistakes can't be used.
    #[cfg(feature = "kafka")]
    pub(crate) fn read_sound(paths: &[PathBuf], config: &Config) -> Result<Self, Failure> {
        let folders = folder::read(paths, config)?.into_iter().map(Folder::with_lock).collect::<Result<_, _>>()?;
        let project = Self::of(folders, config);
        if let Some((folder, mistakes)) = project.first_mistakes() {
            let folder = folder.path.display();
            return Err(Failure::new(format!("the schemas in `{folder}` have {}", count(mistakes.len(), "mistake")))
                .help(format!("`thoth-messaging check {folder}` says where and what to do")));
        }
        Ok(project.with_generated_only())
    }

    /// The same for a command that prints the mistakes: nothing where there are some.
    pub(crate) fn read_or_report(paths: &[PathBuf], context: &mut Context) -> Result<Option<Self>, Failure> {
        let project = Self::read(paths, &context.config)?;
        if let Some((folder, mistakes)) = project.first_mistakes() {
            let mut report = Report::new("check");
            report.findings.extend(mistakes.iter().cloned());
            let errors = count(report.findings.len(), "error");
            report.summary = format!("{errors} in {}: correct them first", folder.path.display());
            report.print(context)?;
            return Ok(None);
        }
        Ok(Some(project.with_generated_only()))
    }

    /// The folder of a message.
    pub(crate) fn folder(&self, message: &Message) -> &Folder {
        &self.folders[message.folder]
    }

    /// The paths of its folders, in their order.
    #[cfg(feature = "registry")]
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.path.clone()).collect()
    }

    /// The enum of a topic that several messages share.
    pub(crate) fn topic_enum(&self, topic: &str) -> Option<&TopicInfo> {
        self.topics.iter().find(|info| info.kafka.topic == topic)
    }

    /// The files that can't be used.
    pub(crate) fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// The documents of a folder.
    pub(crate) fn documents(&self, folder: usize) -> &Documents {
        &self.documents[folder]
    }

    fn first_mistakes(&self) -> Option<(&Folder, &[Finding])> {
        let mistakes = self.folders.iter().zip(self.mistakes.iter().map(Vec::as_slice));
        mistakes.into_iter().find(|(_, mistakes)| !mistakes.is_empty())
    }

    /// Without the messages that the options leave out.
    fn with_generated_only(mut self) -> Self {
        self.messages.retain(|message| message.generated.is_some());
        self
    }
}
