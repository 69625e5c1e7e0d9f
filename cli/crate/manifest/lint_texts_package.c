#include "crate/manifest/lint_texts.h"

/* What the lints on a package and on a tree are called, and why. */

#define TARBALL "crates.io, crates/crates_io_tarball"
#define LIMITS "crates.io, src/config/publish_limits.rs"
#define COHORT "cohort"
#define AT(id) [(id)-LINT_DAMAGED_ARCHIVE]

/* clang-format off: one entry reads best when all have one shape */
const struct lint lint_package_texts[LINT_COUNT - LINT_DAMAGED_ARCHIVE] = {
	AT(LINT_DAMAGED_ARCHIVE) = { "damaged-archive", FINDING_DENY,
				     "the package is no whole tar archive",
				     "A header that does not add up, an "
				     "archive that ends in the middle or\n"
				     "has no end mark. cargo writes none of "
				     "these: the file was cut off or\n"
				     "made by something else. Pack it again.",
				     TARBALL },
	AT(LINT_TRAILING_BYTES) = { "trailing-bytes", FINDING_DENY,
				    "something follows the end of the archive",
				    "What stands behind the end mark is seen "
				    "by some readers and not by\n"
				    "others, so nobody can say what the "
				    "package holds. cargo up to 1.94\n"
				    "left such bytes when a smaller package "
				    "replaced a larger one: delete\n"
				    "the old .crate and pack again.",
				    "cargo, issue 16713" },
	AT(LINT_UNPACKED_TOO_LARGE) = { "unpacked-too-large", FINDING_DENY,
					"the package unpacks to more than is "
					"allowed",
					"crates.io stops at 512 MiB. A small "
					"file that unpacks to so much is\n"
					"also the usual way to fill somebody's "
					"disk, so reading stopped there\n"
					"and nothing was written.",
					LIMITS },
	AT(LINT_TOO_MANY_ENTRIES) = { "too-many-entries", FINDING_DENY,
				      "the package has more files than is "
				      "sensible",
				      "crates.io has a limit that it does not "
				      "publish; ours is far above\n"
				      "what any crate has.",
				      LIMITS },
	AT(LINT_WRONG_ROOT) = { "wrong-root", FINDING_DENY,
				"a file is not below NAME-VERSION/",
				"All files of a package stand in one folder "
				"named after the crate and\n"
				"its version. What stands elsewhere would be "
				"unpacked over another\n"
				"crate.",
				TARBALL },
	AT(LINT_UNSAFE_PATH) = { "unsafe-path", FINDING_DENY,
				 "a path that leads out of the package, or "
				 "that is no text",
				 "Paths are relative, UTF-8, without '..', "
				 "control characters and\n"
				 "backslashes. Anything else was not packed by "
				 "cargo.",
				 TARBALL },
	AT(LINT_ENTRY_TYPE) = { "entry-type", FINDING_DENY,
				"the package has something that is neither "
				"file nor folder",
				"Links, devices, pipes, sparse and contiguous "
				"files are refused: each\n"
				"has been used to write outside the folder of "
				"a package. cargo packs\n"
				"what a link points to, never the link.",
				TARBALL },
	AT(LINT_PAX_SIZE) = { "pax-size", FINDING_DENY,
			      "a file's two sizes differ",
			      "The header and its extension name different "
			      "sizes, so that one reader\n"
			      "sees files where another sees their content.",
			      TARBALL },
	AT(LINT_DUPLICATE_PATH) = { "duplicate-path", FINDING_DENY,
				    "a path stands in the package twice",
				    "The second replaces the first when the "
				    "package is unpacked, and a\n"
				    "reader of the first never sees it.",
				    COHORT },
	AT(LINT_MISSING_MANIFEST) = { "missing-manifest", FINDING_DENY,
				      "the package has no Cargo.toml",
				      "It must stand at the top of the package "
				      "and be called exactly that.",
				      TARBALL },
	AT(LINT_AMBIGUOUS_MANIFEST) = { "ambiguous-manifest", FINDING_DENY,
					"two files are called Cargo.toml but "
					"for upper and lower case",
					"On a disk that ignores case one "
					"replaces the other.",
					TARBALL },
	AT(LINT_CASE_COLLISION) = { "case-collision", FINDING_WARN,
				    "two paths differ only in upper and lower "
				    "case",
				    "On Windows and on macOS they are one "
				    "file, and one is lost when the\n"
				    "crate is unpacked. Rename one.",
				    COHORT },
	AT(LINT_WINDOWS_NAME) = { "windows-name", FINDING_WARN,
				  "a name that Windows cannot have",
				  "aux, con, nul, prn, com1 to com9 and lpt1 "
				  "to lpt9 are devices there,\n"
				  "whatever follows a dot, and a name cannot "
				  "end in a dot or a space:\n"
				  "the crate cannot be unpacked. Rename it.",
				  "cargo" },
	AT(LINT_LARGE_FILE) = { "large-file", FINDING_WARN,
				"a file of several megabytes",
				"Everybody who uses the crate downloads it. If "
				"it is needed only for\n"
				"tests or pictures, add it to `exclude` in "
				"[package].",
				COHORT },
	AT(LINT_SECRET_FILE) = { "secret-file", FINDING_WARN,
				 "a file that usually holds a secret",
				 "What is published stays published, also "
				 "after a yank. If it is a\n"
				 "secret: replace it where it is valid, and "
				 "take it out of the history\n"
				 "as well as out of the package.",
				 COHORT },
	AT(LINT_BUILD_OUTPUT) = { "build-output", FINDING_WARN,
				  "the folder target/ is in the package",
				  "It holds what cargo built on one machine. "
				  "Add `/target` to .gitignore\n"
				  "and run `git rm -r --cached target`.",
				  COHORT },
	AT(LINT_SYMLINK_ESCAPES) = { "symlink-escapes", FINDING_DENY,
				     "a symbolic link leads out of the "
				     "repository",
				     "cargo packs what a link points to. A "
				     "link to /etc/passwd, to\n"
				     "../../secret or into .git puts a file of "
				     "the packing machine into the\n"
				     "crate, so such a tree is not packed at "
				     "all. Replace the link by a\n"
				     "copy of the file, or remove it.",
				     COHORT },
	AT(LINT_SYMLINK_DANGLES) = { "symlink-dangles", FINDING_WARN,
				     "a symbolic link leads nowhere",
				     "Nothing in the repository is where it "
				     "points, so cargo cannot pack\n"
				     "it. Add the file, or remove the link.",
				     COHORT },
	AT(LINT_SUBMODULE) = { "submodule", FINDING_DENY,
			       "the crate has a git submodule",
			       "Its files are in another repository and not in "
			       "the submission, so the\n"
			       "package would lack them. Copy what is needed, "
			       "or depend on it as a\n"
			       "crate.",
			       COHORT },
	AT(LINT_GIT_FOLDER) = { "git-folder", FINDING_DENY,
				"a path has a component that git would take "
				"for its own folder",
				"A file below .git, or what some disks take "
				"for that name, would become\n"
				"git's configuration when the tree is checked "
				"out, and git runs\n"
				"programs that its configuration names.",
				"git, core.protectNTFS and core.protectHFS" },
	AT(LINT_UNPACKABLE_NAME) = { "unpackable-name", FINDING_WARN,
				     "a file name with a character that cargo "
				     "does not pack",
				     "cargo refuses names with any of / \\ < > "
				     ": \" | ? * and stops, unless\n"
				     "the file is excluded. Rename it.",
				     "cargo" },
	AT(LINT_TREE_TOO_LARGE) = { "tree-too-large", FINDING_DENY,
				    "the crate's tree is too large to be "
				    "packed",
				    "More files, or more bytes, than any "
				    "package may have.",
				    COHORT },
};
/* clang-format on */
