#include "shared/machine/process.hpp"

#include <csignal>
#include <cstdlib>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

TEST(Process, KeepsWhatAProgramSaysAndItsExitCode) {
  const Finished finished = run_program({"sh", "-c", "echo said; echo complained >&2; exit 7"});
  EXPECT_EQ(finished.code, 7);
  EXPECT_EQ(finished.signal, 0);
  EXPECT_EQ(finished.out, "said\n");
  EXPECT_EQ(finished.err, "complained\n");
}

TEST(Process, KeepsMoreThanAPipeHolds) {
  constexpr std::size_t kBytes = 1 << 20;
  EXPECT_EQ(run_program({"head", "-c", std::to_string(kBytes), "/dev/zero"}).out, std::string(kBytes, '\0'));
}

TEST(Process, HasNothingToRead) { EXPECT_EQ(run_program({"cat"}).out, ""); }

TEST(Process, TellsTheSignalThatEndedAProgram) {
  const Finished finished = run_program({"sh", "-c", "kill -SEGV $$"});
  EXPECT_EQ(finished.code, -1);
  EXPECT_EQ(finished.signal, SIGSEGV);
}

TEST(Process, ChangesTheEnvironmentThatItIsAskedTo) {
  ::setenv("TWINGRAD_OLD", "kept", 1);
  ::setenv("TWINGRAD_CHANGED", "before", 1);
  const Finished finished = run_program({"sh", "-c", "echo $TWINGRAD_OLD $TWINGRAD_CHANGED $TWINGRAD_NEW"},
                                        "", {{"TWINGRAD_CHANGED", "after"}, {"TWINGRAD_NEW", "new"}});
  EXPECT_EQ(finished.out, "kept after new\n");
}

TEST(Process, KnowsHowLongAProgramTook) {
  const Finished slept = run_program({"sleep", "0.2"});
  EXPECT_GE(slept.seconds, 0.2);
  EXPECT_LT(slept.processor_seconds, 0.1);
  // The loop runs in a program of the program's.
  const Finished worked =
      run_program({"sh", "-c", "sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; :"});
  EXPECT_GT(worked.processor_seconds, 0.02);
}

TEST(Process, NamesAProgramThatIsNotThere) {
  EXPECT_THROW_MESSAGE(run_program({"no-such-program-anywhere"}), MachineError,
                       "cannot run no-such-program-anywhere", "No such file", "install it");
}

}  // namespace
}  // namespace twin
