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

TEST(Companion, AnswersLineForLine) {
  Companion cat({"cat"}, "");
  EXPECT_EQ(cat.ask("one", 5), "one");
  EXPECT_EQ(cat.ask("two", 5), "two");
  EXPECT_EQ(cat.why(), "");
}

TEST(Companion, SpeaksWithoutBeingAsked) {
  Companion greeter({"sh", "-c", "echo $NAME; echo there; read line; echo $line$line"}, "", {{"NAME", "hi"}});
  EXPECT_EQ(greeter.ask("", 5), "hi");
  EXPECT_EQ(greeter.ask("", 5), "there");
  EXPECT_EQ(greeter.ask("a", 5), "aa");
}

TEST(Companion, SaysWhyThereIsNoAnswer) {
  const auto why = [](const char* script) {
    Companion companion({"sh", "-c", script}, "");
    EXPECT_EQ(companion.ask("go", 0.2), std::nullopt);
    EXPECT_EQ(companion.ask("go", 5), std::nullopt);  // it is not asked again
    return companion.why();
  };
  EXPECT_EQ(why("read line; echo first >&2; echo last >&2; exit 1"), "last");
  EXPECT_EQ(why("read line; exit 7"), "exit code 7");
  EXPECT_EQ(why("read line; kill -SEGV $$"), "signal 11");
  EXPECT_EQ(why("read line; sleep 60"), "it did not answer within 0 s");
  EXPECT_EQ(why("exec 0<&- 1<&- 1>&- ; exec sleep 60"), "it did not answer within 0 s");
  EXPECT_EQ(why("read line; printf half"), "exit code 0");
}

TEST(Companion, NeedsAProgram) {
  EXPECT_THROW_MESSAGE(Companion({"/nonexistent"}, "build it"), MachineError, "/nonexistent", "build it");
}

TEST(Companion, EndsWithWhoHeldIt) {
  std::string pid;
  {
    Companion companion({"sh", "-c", "echo $$; read line; sleep 60"}, "");
    pid = companion.ask("", 5).value();
    EXPECT_EQ(::kill(std::stoi(pid), 0), 0);
  }
  EXPECT_NE(::kill(std::stoi(pid), 0), 0);
}

}  // namespace
}  // namespace twin
