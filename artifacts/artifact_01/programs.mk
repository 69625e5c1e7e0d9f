# The programs that hold a library against artifact_01, for the Makefile.

suite := $B/libexec/cohort/suite_executor
speed := $B/libexec/cohort/speed_executor
ART := $(suite) $(speed)
ART_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard artifacts/artifact_01/*/*.c)))
suite_obj := $(filter $B/artifacts/artifact_01/suite/%,$(ART_OBJ))

# the runner of the suite; not its interposer, which takes time to count
shared_obj := $(filter $(addprefix %/,api.o around.o child.o filter_linux.o \
	judge.o os_linux.o probe.o tell.o watch.o),$(suite_obj))

# a panic of the library's may pass through
$(suite_obj): CFLAGS += -fexceptions

$(suite): $(suite_obj) artifacts/artifact_01/suite/exports
	$(CC) $(LINK) -o $@ $(filter %.o,$^) -Wl,--dynamic-list=$(lastword $^) \
		-Wl,-z,relro,-z,now -ldl

$(speed): $(filter-out $(suite_obj),$(ART_OBJ)) $(shared_obj)
	$(CC) $(LINK) -o $@ $^ -ldl
