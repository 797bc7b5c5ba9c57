#include <gradus/training/checkpoint_folder.hpp>

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"

// What the trainer says of a checkpoint that is whole, but lacks what a run needs to go on.

namespace gradus::resume_refused_test {
using training::Checkpoint;

namespace {

/// The exit code of a short run with checkpoints in `folder`, and what it says on stderr.
std::pair<int, std::string> mnist(const test::TempFolder& folder, const char* more) {
  const std::string command = fmt::format(
      "'{}/bin/mnist' --data '{}/data/sample' --model mlp --epochs 1 --batch-size 500 --quiet --checkpoint "
      "'{}' {} "
      "2>'{}' >'{}'",
      GRADUS_BINARY_DIR, GRADUS_SOURCE_DIR, (folder / "run").string(), more, (folder / "said").string(),
      (folder / "printed").string());
  const int status = std::system(command.c_str());
  const test::Bytes text = test::read_bytes(folder / "said");
  return {WEXITSTATUS(status), {text.begin(), text.end()}};
}

}  // namespace

TEST_CASE("going on from a checkpoint names what it does not hold", "[examples][checkpoint]") {
  const test::TempFolder folder;
  REQUIRE(mnist(folder, "") == std::pair<int, std::string>(0, ""));
  const auto files = training::CheckpointFolder(folder / "run").files();
  REQUIRE_FALSE(files.empty());
  const std::filesystem::path file = files.back();
  const Checkpoint whole = training::read_checkpoint(file);
  const auto refusal_without = [&](const std::function<void(Checkpoint&)>& take_away) {
    Checkpoint c = whole;
    take_away(c);
    training::write_checkpoint(file, c);
    return mnist(folder, "--resume");
  };
  const auto refused = [&](const std::string& text) {
    return std::pair<int, std::string>(2, "mnist: " + file.string() + " " + text + "\n");
  };
  CHECK(refusal_without([](Checkpoint&) {}) == std::pair<int, std::string>(0, ""));
  CHECK(refusal_without([](Checkpoint& c) { c.states.erase("score"); }) == refused("holds no score"));
  for (const char* number : {"loss_sum", "hits", "images"})
    CHECK(refusal_without([&](Checkpoint& c) { c.states["score"].numbers.erase(number); }) ==
          refused("holds no score"));
  CHECK(refusal_without([](Checkpoint& c) { c.states.erase("optimizer"); }) == refused("holds no optimizer"));
  CHECK(refusal_without([](Checkpoint& c) { c.states.erase("schedule"); }) == refused("holds no schedule"));
  CHECK(refusal_without([](Checkpoint& c) { c.model.clear(); }).first == 2);
}

}  // namespace gradus::resume_refused_test
