#ifndef GATE_CARGO_CFG_H
#define GATE_CARGO_CFG_H

/*
 * Configuration predicates (the Rust reference, "Conditional compilation") as
 * cargo has them in [target.'cfg(..)']: "cfg(all(unix, not(target_os =
 * \"macos\")))".
 */
enum cargo_cfg {
	CARGO_CFG_FALSE,
	CARGO_CFG_TRUE,
	CARGO_CFG_UNKNOWN /* no predicate, or one nested too deep */
};

/* CFGS: lines as `rustc --print cfg` has them. */
enum cargo_cfg cargo_cfg_holds(const char *predicate, const char *cfgs);

#endif
