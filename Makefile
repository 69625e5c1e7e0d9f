# The build file.  `make` builds, `make demo` shows, `make check` proves.
#
#   CC=clang  SAN=address (or undefined, thread, address,undefined)  WERROR=1
#   LAZY=no               load no library late; see cli/io/library.h
#   make deps             install the Debian packages that are missing
#   make check            everything, as CI does; T=NAME chooses in a part:
#        check-unit check-cli check-torture check-tsan lint
#   make fuzz             each target for FUZZ_SECONDS (30); T=NAME
#   make bench            ONLY=SHAPE, BENCH_TSV=FILE
#   make demo docs install	REPOS=FILE; PREFIX, DESTDIR
# Objects live under build/$(CC)-$(SAN)/, so variants never mix.

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
SAN ?= none
PREFIX ?= /usr/local
comma := ,
B := build/$(notdir $(CC))-$(subst $(comma),+,$(SAN))

# ---- what this machine lacks of what the goals need
GOALS := $(filter-out clean deps,$(or $(MAKECMDGOALS),all))
NEED := $(if $(GOALS),build) $(if $(filter demo bench,$(GOALS)),run serve) \
	$(if $(filter check% fuzz lint tests,$(GOALS)),run serve test)
ifneq ($(if $(strip $(NEED)),$(shell .ci/deps -q $(NEED) || echo lacks)),)
ifneq ($(shell .ci/deps $(NEED) >&2 || echo lacks),)
$(error packages are missing, see above)
endif
endif

# ---- how it is compiled
# LATE: they bring fifty others along, so they wait until they are needed
LAZY ?= $(if $(filter x86_64% aarch64%,$(shell $(CC) -dumpmachine)),yes,no)
LATE := libcurl libgit2 libarchive libcrypto libzstd yaml-0.1 zlib
PKGS := $(LATE) jansson
PKG_FLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
LATE_LIBS := $(if $(filter no,$(LAZY)),,$(shell pkg-config --libs $(LATE)))
CFLAGS ?= $(if $(filter none,$(SAN)),-O2,-O1) -g
san_fuzz := fuzzer-no-link,address,undefined
san := $(if $(filter-out none,$(SAN)),-fno-omit-frame-pointer \
	-fno-sanitize-recover=all \
	-fsanitize=$(if $(filter fuzz,$(SAN)),$(san_fuzz),$(SAN)))
FLAGS = -Icli -Itests -Iartifacts/artifact_01 -D_POSIX_C_SOURCE=200809L \
	$(if $(filter reference/%,$<),-std=c11 -fPIC -fvisibility=hidden,-std=c17) \
	$(PKG_FLAGS) $(CPPFLAGS) -Wall -Wextra -Wpedantic -Wshadow -Wvla -pthread \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	$(CFLAGS) $(if $(WERROR),-Werror) $(san) -MMD -MP -MF $@.d -MT $@
BAN := $(if $(findstring gcc,$(notdir $(CC))),-include base/banned.h)
LINK := -pthread $(san) $(LDFLAGS)
WRAP := $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc strdup strndup)

# ---- what there is to compile
SRC := $(sort $(wildcard cli/*.c cli/*/*.c cli/*/*/*.c reference/executor/*.c))
OBJ := $(SRC:%.c=$B/%.o)
LIB_OBJ := $(filter-out $B/cli/main.o,$(OBJ))
EXEC := $B/libexec/cohort/reference-executor.so
.DEFAULT_GOAL := all
include artifacts/artifact_01/programs.mk
UNIT := $(patsubst %.c,$B/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ := $(if $(filter thread,$(SAN)),,$(patsubst %.c,$B/%, \
	$(sort $(wildcard tests/fuzz/fuzz_*.c))))
TOOLS := $(patsubst %.c,$B/%,$(sort $(wildcard tests/bench/*.c \
	tests/torture/*.c tests/e2e/*.c tests/demo/*.c)))
SHIM := $(patsubst %.c,$B/%.so,$(wildcard tests/torture/shim/*.c))
CLI_T := $(wildcard $(if $(filter %/gcc-none,$B),tests/once/*.t) tests/e2e/*.t)
CASES := $(sort $(wildcard tests/torture/cases/*))
$(shell mkdir -p $(sort $(dir $B/bin/ $(EXEC) $(OBJ) $(ART_OBJ) $(UNIT) \
	$(FUZZ) $(TOOLS) $(SHIM))))

.PHONY: all always deps tests check check-unit check-cli check-torture \
	check-tsan lint fuzz bench demo docs install clean
.DELETE_ON_ERROR:
all: $B/bin/cohort $(EXEC) $(ART)

$B/bin/cohort: $B/cli/main.o $B/libcohort.a $B/late.o
	$(CC) $(LINK) -o $@ $^ $(filter-out $(LATE_LIBS),$(LIBS))

$B/late.o: cli/io/late $B/cli/main.o $B/libcohort.a
	cli/io/late '$(CC)' '$(LATE_LIBS)' $(filter-out $<,$^) >$(@:.o=.c)
	$(CC) $(FLAGS) -c -o $@ $(@:.o=.c)

$B/libcohort.a: $(LIB_OBJ) $B/objects
	@rm -f $@ && ar rcs $@ $(LIB_OBJ)

# at once, so that what is small is inlined across its files
$(EXEC): $(wildcard reference/executor/*.[ch] artifacts/artifact_01/*.h) Makefile
	$(CC) $(filter-out -M% $@ $@.d,$(FLAGS)) $(LINK) -shared -o $@ \
		$(if $(filter %/gcc-none,$B),-flto) $(filter %.c,$^)

# renewed when a source file comes or goes
$B/objects: always
	@echo $(LAZY) $(LIB_OBJ) | cmp -s - $@ || echo $(LAZY) $(LIB_OBJ) >$@

$B/%.o: %.c Makefile
	$(CC) $(FLAGS) $(if $(filter %_linux.c %_epoll.c tests/%,$<),,$(BAN)) -c -o $@ $<

GOLD := $(shell command -v ld.gold) # half as long; ASan's assembly makes it warn
$(UNIT) $(FUZZ) $(TOOLS): LINK += $(if $(GOLD),$(if $(filter none thread,$(SAN)),-fuse-ld=gold))
$(UNIT): $B/tests/unit/%: tests/unit/%.c $B/tests/fault.o $B/libcohort.a
	$(CC) $(FLAGS) $(LINK) $(WRAP) -o $@ $< $B/tests/fault.o \
		$B/libcohort.a -lcmocka $(LIBS)

# they have no threads; libFuzzer drives them with SAN=fuzz, else they replay
$(FUZZ): $B/tests/fuzz/%: tests/fuzz/%.c $B/tests/fuzz/replay.o $B/libcohort.a
	$(CC) $(FLAGS) $(LINK) -o $@ $< $(if $(filter fuzz,$(SAN)), \
		-fsanitize=fuzzer,$B/tests/fuzz/replay.o) $B/libcohort.a $(LIBS)

$(SHIM): $B/tests/%.so: tests/%.c
	$(CC) $(FLAGS) -fno-sanitize=all -fPIC -shared -o $@ $<

$(TOOLS): $B/tests/%: tests/%.c $B/libcohort.a
	$(CC) $(FLAGS) $(LINK) -o $@ $< $B/libcohort.a $(LIBS)

# ---- tests; $(call only,WORDS): those that T names
only = $(if $T,$(foreach t,$T,$(filter %$t %$t.t %test_$t %fuzz_$t,$1)),$1)
replay = $(foreach f,$(call only,$(FUZZ)),'$f tests/fuzz/corpus/$(f:$B/tests/fuzz/fuzz_%=%)')
RUN := COHORT=$(CURDIR)/$B/bin/cohort tests/run $(if $(RESULTS),-r $(RESULTS))

tests: all $(UNIT) $(FUZZ) $(TOOLS) $(SHIM)
check fuzz:; @MAKE='$(MAKE)' tests/$@.sh $T

check-unit: $(UNIT) $(FUZZ) $(TOOLS)
	@$(RUN) -l $(@:check-%=$(notdir $B)-%) $(call only,$(UNIT)) $(replay)

check-cli: all $(TOOLS) $(SHIM)
	@$(RUN) -l $(@:check-%=$(notdir $B)-%) $(call only,$(CLI_T))

check-torture: all $(TOOLS) $(SHIM)
	@$(RUN) -l $(@:check-%=$(notdir $B)-%) $(patsubst %, \
		'tests/torture/torture %',$(call only,$(CASES)))

check-tsan:; @$(MAKE) --no-print-directory CC=clang SAN=thread check-unit
lint:; @tests/run -l lint $(if $(RESULTS),-r $(RESULTS)) tests/lint/*.t
bench: all $(TOOLS); @COHORT=$(CURDIR)/$B/bin/cohort tests/bench/bench $(ONLY)
demo: all $(TOOLS); @COHORT=$(CURDIR)/$B/bin/cohort tests/demo/demo.sh $(REPOS)
deps:; @.ci/deps

# ---- documents and installing
docs: all; @man/pages $B/bin/cohort $B/share
DIR := $(DESTDIR)$(PREFIX)
install: docs
	install -D -m 755 $B/bin/cohort $(DIR)/bin/cohort
	mkdir -p $(DIR)/share/cohort
	cp -R $B/libexec $(DIR)
	for d in $(wildcard config templates artifacts release reference); do \
		cp -R $$d $(DIR)/share/cohort/ || exit 1; done
	cp -R $B/share/. $(DIR)/share

clean:; rm -rf build

-include $(patsubst %,%.d,$(OBJ) $(ART_OBJ) $(UNIT) $(FUZZ) $(TOOLS))
