# The only build file.  `make` builds, `make demo` shows, `make check` proves.
#
#   CC=clang make          another compiler
#   SAN=address make       with a sanitizer: address, undefined, thread, or
#                          address,undefined
#   WERROR=1 make          warnings are errors, as in CI
#
# Objects live under build/$(CC)-$(SAN)/, so variants never mix.

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
SAN ?= none
PREFIX ?= /usr/local
DESTDIR ?=
comma := ,
B := build/$(notdir $(CC))-$(subst $(comma),+,$(SAN))

PKGS := libcurl jansson libgit2 libarchive yaml-0.1 libcrypto libzstd zlib
have := $(shell pkg-config --exists $(PKGS) 2>/dev/null && echo yes)
CPPFLAGS := -Icli -D_POSIX_C_SOURCE=200809L \
	$(if $(have),$(shell pkg-config --cflags $(PKGS)))
CFLAGS ?= -O2 -g
CFLAGS += -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -pthread \
	$(if $(WERROR),-Werror) \
	$(if $(filter-out none,$(SAN)),-fsanitize=$(SAN) -fno-omit-frame-pointer)
BAN := $(if $(findstring gcc,$(notdir $(CC))),-include base/banned.h)
LDLIBS := $(if $(have),$(shell pkg-config --libs $(PKGS))) -lm
LDFLAGS += -pthread $(if $(filter-out none,$(SAN)),-fsanitize=$(SAN))

SRC := $(sort $(wildcard cli/*.c cli/*/*.c cli/*/*/*.c))
OBJ := $(SRC:%.c=$B/%.o)
LIB_OBJ := $(filter-out $B/cli/main.o,$(OBJ))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT := $(UNIT_SRC:tests/unit/%.c=$B/tests/unit/%)

.PHONY: all clean
all: $B/bin/cohort

$B/bin/cohort: $B/cli/main.o $B/libcohort.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$B/libcohort.a: $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$B/cli/%.o: cli/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(if $(filter %/os_linux.c,$<),,$(BAN)) -MMD -MP -c -o $@ $<

$B/tests/unit/%: tests/unit/%.c $B/libcohort.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< \
		$B/libcohort.a -lcmocka $(LDLIBS)

clean:
	rm -rf build

-include $(OBJ:.o=.d) $(UNIT:=.d)
