//! The pages that people read: their links lead somewhere, and a file that they show is the file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Stands before a code block that is a file of the repository, by its path from the root.
const FILE: &str = "<!-- file: ";

/// The line of a file from which on it is not shown: there the guide itself is a test.
const NOT_SHOWN: &str = "#[cfg(doctest)]";

/// Returns the Markdown files below a folder, ordered by path, without those in `target` and in folders that begin with `.`.
///
/// # Errors
///
/// If a folder can't be read.
pub fn pages(root: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type()?.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    open.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the links of a page that lead to no file, or to no heading of one. Those to other sites are not followed.
///
/// # Errors
///
/// If the page can't be read.
pub fn broken_links(page: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(page)?;
    let folder = page.parent().unwrap_or(page);
    let links = parse(&text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    let is_broken = |link: &String| {
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() { page.to_owned() } else { folder.join(path) };
        let is_page = target.extension().is_some_and(|extension| extension == "md");
        !link.contains("://")
            && (!target.exists()
                || is_page && !anchor.is_empty() && !anchors(&target).is_ok_and(|anchors| anchors.contains(anchor)))
    };
    Ok(links.filter(is_broken).collect())
}

/// Returns a page in which each code block that says it is a file of `root` has the text of that file.
///
/// # Errors
///
/// If a file can't be read, or no code block follows where one is announced.
pub fn with_files(root: &Path, page: &str) -> io::Result<String> {
    let mut lines = page.lines();
    let mut written = String::new();
    let mut write = |line: &str| {
        written.push_str(line);
        written.push('\n');
    };
    while let Some(line) = lines.next() {
        write(line);
        let Some(path) = line.strip_prefix(FILE).and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        let opening = lines.find(|line| !line.is_empty()).filter(|line| line.starts_with("```"));
        let opening = opening.ok_or_else(|| io::Error::other(format!("no code block follows `{line}`")))?;
        let closed = lines.by_ref().any(|line| line == "```");
        if !closed {
            return Err(io::Error::other(format!("the code block after `{line}` does not end")));
        }
        let file = fs::read_to_string(root.join(path))?;
        let shown = file.split(NOT_SHOWN).next().unwrap_or_default().trim_end();
        for line in ["", opening].into_iter().chain(shown.lines()).chain(["```"]) {
            write(line);
        }
    }
    Ok(written)
}

fn parse(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

/// Returns the anchors of the headings of a page, as forges make them.
fn anchors(page: &Path) -> io::Result<BTreeSet<String>> {
    let text = fs::read_to_string(page)?;
    let (mut found, mut heading) = (BTreeSet::new(), None::<String>);
    for event in parse(&text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => found.extend(heading.take().map(|heading| slug(&heading))),
            _ => {}
        }
    }
    Ok(found)
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;
    use crate::workspace::root;

    #[test]
    fn every_link_leads_to_a_file_or_a_heading() {
        let root = root();
        let pages = pages(&root).unwrap();
        assert!(pages.iter().any(|page| page.ends_with("docs/tutorial.md")), "{pages:?}");
        let broken: Vec<_> = pages.iter().map(|page| (page, broken_links(page).unwrap())).collect();
        let broken: Vec<_> = broken.iter().filter(|(_, links)| !links.is_empty()).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    #[test]
    fn files_that_pages_show_are_the_files() {
        let root = root();
        for page in pages(&root).unwrap() {
            let text = fs::read_to_string(&page).unwrap();
            let expected = with_files(&root, &text).unwrap();
            if env::var_os("UPDATE_EXPECTED").is_some() && text != expected {
                fs::write(&page, &expected).unwrap();
            } else {
                assert!(text == expected, "a file differs: UPDATE_EXPECTED=1 writes {}", page.display());
            }
        }
    }

    #[test]
    fn the_guide_lists_all_of_its_pages() {
        let folder = root().join("docs");
        let summary = fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
        for page in pages(&folder).unwrap() {
            let name = page.file_name().unwrap().to_string_lossy().into_owned();
            assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
        }
    }

    #[test]
    fn a_link_to_nowhere_and_another_text_are_found() {
        let folder = env::temp_dir().join(format!("thoth-messaging-pages-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let page = folder.join("a.md");
        fs::write(&page, "# A `b`, c\n\n[x](#a-b-c) [y](b.md) [z](#d) [s](https://example.org/q) ![p](p.svg)\n")
            .unwrap();
        assert_eq!(broken_links(&page).unwrap(), ["b.md", "#d", "p.svg"]);

        fs::write(folder.join("f.rs"), "fn f() {}\n").unwrap();
        let text = "<!-- file: f.rs -->\n\n```rust\nfn g() {}\n```\nend\n";
        let expected = "<!-- file: f.rs -->\n\n```rust\nfn f() {}\n```\nend\n";
        assert_eq!(with_files(&folder, text).unwrap(), expected);
        assert!(with_files(&folder, "<!-- file: f.rs -->\n\nnone\n").is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
