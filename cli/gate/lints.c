#include "gate/gate.h"

#include <string.h>

/* Sorted as the pipeline goes. */
static const struct gate_lint lints[] = {
	{ "moved-tag", FINDING_DENY,
	  "a submitted tag was moved or deleted afterwards",
	  "A submission is what the tag pointed to when it was first seen. A "
	  "tag that is moved later would make one version mean two things, so "
	  "the earlier commit is kept and the later one is not published.\n"
	  "Raise the version in Cargo.toml and submit that." },
	{ "special-file", FINDING_DENY,
	  "something in the tree is no file, folder or link",
	  "cargo opens whatever it finds below the crate. A fifo or a device "
	  "would make it wait for ever, so nothing is packed." },
	{ "file-out-of-tree", FINDING_DENY,
	  "the manifest names a file outside of the repository",
	  "cargo copies the README and the licence file into the crate from "
	  "wherever the manifest says. A path out of the repository would "
	  "publish a file of the machine that packs." },
	{ "pack-fails", FINDING_DENY, "cargo cannot pack the crate",
	  "'cargo package --no-verify' failed in an empty environment, "
	  "without network and outside of the crate's folder. The finding "
	  "carries cargo's own first error." },
	{ "invalid-manifest", FINDING_DENY,
	  "the packed Cargo.toml cannot be read",
	  "crates.io reads its metadata from the Cargo.toml inside of the "
	  "package; one that is no TOML, or has a value of the wrong kind, is "
	  "refused." },
	{ "build-fails", FINDING_DENY, "the packed crate does not build",
	  "The package was unpacked into an empty folder and built with "
	  "'cargo check --offline --locked' in a sandbox: no network, a "
	  "read-only source, no file but those of the package. What builds in "
	  "the working tree and not here is usually missing from the package; "
	  "'cargo package --list' shows what is in it." },
	{ "build-exceeds-limits", FINDING_DENY,
	  "the build took too long, or was killed",
	  "A build in the sandbox has limits on time, memory, processes and "
	  "on what it writes. Reaching one of them ends it." },
	{ "build-reads-secrets", FINDING_DENY,
	  "the build opened a file that holds secrets",
	  "In the place of private files a build is shown empty ones, and "
	  "opening one is noticed. A build script has no business there." },
	{ "build-uses-network", FINDING_DENY,
	  "the build tried to reach the network",
	  "A published crate has to build without network: docs.rs, Linux "
	  "distributions and many companies build that way. The sandbox has "
	  "no network, and counts who tries." },
	{ "unused-allowance", FINDING_WARN,
	  "an allowance lets nothing pass any more",
	  "A finding of a semver lint can be let pass, by its lint and its "
	  "item, in [[package.metadata.cohort.semver.allow]] of Cargo.toml or "
	  "in the policy. One that matches nothing may hide a misspelt name, "
	  "and it would let pass what comes back later." },
};

const struct gate_lint *gate_lint_at(size_t n)
{
	return n < ARRAY_LEN(lints) ? &lints[n] : NULL;
}
