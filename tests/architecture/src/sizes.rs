//! The length of source files.

use std::path::Path;
use std::{fs, io};

/// The lines that a file may have.
pub const MAX_LINES: usize = 450;

/// The folder of the files that the generator wrote and a test compares, which nobody edits by hand.
const GENERATED: &str = "tests/golden/cases/";

/// Returns the Rust files below a folder that are too long, with their lines, ordered by path.
///
/// Folders that begin with `.`, and `target`, are left out, and so are the expected files of the golden cases.
///
/// # Errors
///
/// If a folder or a file can't be read.
pub fn too_long(root: &Path) -> io::Result<Vec<(String, usize)>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let (entry, path) = entry.map(|entry| (entry.file_type(), entry.path()))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if entry?.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    open.push(path);
                }
            } else if name.ends_with(".rs") {
                let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                let lines = fs::read_to_string(&path)?.lines().count();
                if lines > MAX_LINES && !relative.starts_with(GENERATED) {
                    found.push((relative, lines));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, process};

    use super::*;
    use crate::workspace::root;

    fn write(folder: &Path, path: &str, lines: usize) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "//\n".repeat(lines)).unwrap();
    }

    fn scratch() -> PathBuf {
        env::temp_dir().join(format!("thoth-messaging-sizes-{}", process::id()))
    }

    #[test]
    fn no_file_of_the_workspace_is_too_long() {
        let too_long = too_long(&root()).unwrap();
        assert!(too_long.is_empty(), "more than {MAX_LINES} lines: {too_long:#?}");
    }

    #[test]
    fn finds_long_files_and_leaves_out_generated_ones() {
        let folder = scratch();
        write(&folder, "runtime/src/long.rs", 451);
        write(&folder, "runtime/src/right.rs", 450);
        write(&folder, "runtime/src/long.md", 900);
        write(&folder, "tests/soak/src/long.rs", 500);
        write(&folder, "tests/golden/cases/tags/messages.rs", 900);
        write(&folder, "target/debug/long.rs", 900);
        write(&folder, ".hidden/long.rs", 900);
        let found = too_long(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, [("runtime/src/long.rs".to_owned(), 451), ("tests/soak/src/long.rs".to_owned(), 500)]);
    }
}
