#include "support/catch.hpp"

#include <cmath>
#include <csignal>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/nn/nn.hpp>
#include <gradus/training/checkpoint_folder.hpp>
#include <gradus/training/replay.hpp>
#include <gradus/training/stop.hpp>

#include "support/files.hpp"
#include "support/full_disk.hpp"
#include "support/same_bits.hpp"

namespace gradus::checkpoint_folder_test {
using training::Checkpoint;
using training::CheckpointFolder;

namespace {

Checkpoint at_step(std::int64_t step, double loss = 1) {
  Checkpoint c;
  c.step = step;
  c.metrics["loss"] = loss;
  return c;
}

std::vector<std::string> names(const CheckpointFolder& folder) {
  std::vector<std::string> found;
  for (const auto& file : folder.files()) found.push_back(file.filename().string());
  return found;
}

/// log of a weight that became negative.
struct Net {
  nn::Linear fc1{2, 2};
  nn::Linear fc2{2, 1};
  Tensor operator()(const Tensor& x) const { return log(fc2(fc1(x))); }
};

}  // namespace

TEST_CASE("the latest checkpoints are kept, and the best", "[training][checkpoint]") {
  const test::TempFolder temp;
  CheckpointFolder folder(temp / "run", {.keep = 2, .best = "loss"});
  CHECK_FALSE(folder.latest().has_value());
  const std::vector<double> losses{3, 1, std::nan(""), 1, 2};
  for (std::size_t i = 0; i < losses.size(); ++i)
    folder.save(at_step(10 * static_cast<std::int64_t>(i), losses[i]));
  CHECK(names(folder) == std::vector<std::string>{"step-00000030.checkpoint", "step-00000040.checkpoint"});
  CHECK(folder.latest()->checkpoint.step == 40);
  CHECK(folder.latest()->damaged.empty());
  CHECK(training::read_checkpoint(folder.best_file()).step == 10);
}

TEST_CASE("the best stays the best in the next run", "[training][checkpoint]") {
  const test::TempFolder temp;
  const bool less = GENERATE(true, false);
  const double sign = less ? 1 : -1;
  const training::CheckpointFolderOptions options{.best = "loss", .less_is_better = less};
  CheckpointFolder(temp.path(), options).save(at_step(1, sign * 2));
  CheckpointFolder(temp.path(), options).save(at_step(2, sign * 3));
  CheckpointFolder folder(temp.path(), options);
  CHECK(training::read_checkpoint(folder.best_file()).step == 1);
  folder.save(at_step(3, sign * 1));
  CHECK(training::read_checkpoint(folder.best_file()).step == 3);
}

TEST_CASE("a damaged checkpoint is named and the one before it used", "[training][checkpoint]") {
  const test::TempFolder temp;
  CheckpointFolder folder(temp.path());
  for (const std::int64_t step : {1, 2, 3}) folder.save(at_step(step));
  data::write_file(temp / "step-00000003.checkpoint", "");
  auto found = folder.latest();
  REQUIRE(found.has_value());
  CHECK(found->checkpoint.step == 2);
  REQUIRE(found->damaged.size() == 1);
  CHECK(test::says(found->damaged[0], {"step-00000003.checkpoint is truncated"}));
  for (const char* name : {"step-00000001.checkpoint", "step-00000002.checkpoint"})
    data::write_file(temp / name, "x");
  CHECK(test::says(test::error_of<IoError>([&] { folder.latest(); }),
                   {"holds no checkpoint that is whole", "step-00000001", "step-00000003"}));
}

TEST_CASE("a full disk costs no checkpoint that is there", "[training][checkpoint]") {
  const test::TempFolder temp;
  CheckpointFolder folder(temp.path(), {.keep = 1, .best = "loss"});
  folder.save(at_step(1));
  Checkpoint large = at_step(2, 0.5);
  large.model = {{"w", ones({10'000})}};
  std::string text;
  {
    const test::FullDisk full(8192);
    text = test::error_of<IoError>([&] { folder.save(large); });
  }
  CHECK(test::says(text, {"step-00000002.checkpoint cannot be written"}));
  CHECK(names(folder) == std::vector<std::string>{"step-00000001.checkpoint"});
  CHECK(folder.latest()->checkpoint.step == 1);
  CHECK(training::read_checkpoint(folder.best_file()).step == 1);
  folder.save(large);
  CHECK(names(folder) == std::vector<std::string>{"step-00000002.checkpoint"});
  CHECK(training::read_checkpoint(folder.best_file()).step == 2);
}

TEST_CASE("one run has the folder, and clears up behind one that was killed", "[training][checkpoint]") {
  const test::TempFolder temp;
  data::write_file(temp / "step-00000003.checkpoint.77-0.partial", "half");
  data::write_file(temp / "notes.partial", "the user's");
  const CheckpointFolder folder(temp.path());
  CHECK_FALSE(std::filesystem::exists(temp / "step-00000003.checkpoint.77-0.partial"));
  CHECK(std::filesystem::exists(temp / "notes.partial"));
  CHECK(test::says(test::error_of<IoError>([&] { CheckpointFolder{temp.path()}; }),
                   {"is in use by another run"}));
}

TEST_CASE("a folder of checkpoints names what is wrong", "[training][checkpoint]") {
  const test::TempFolder temp;
  data::write_file(temp / "file", "");
  CHECK(test::says(test::error_of<IoError>([&] { CheckpointFolder{temp / "file"}; }), {"file"}));
  CHECK(test::says(test::error_of<ValueError>([&] { CheckpointFolder(temp.path(), {.keep = 0}); }),
                   {"keep is 0"}));
}

TEST_CASE("signals are noted", "[training][stop]") {
  {
    const training::StopSignals stop;
    CHECK_FALSE(stop);
    CHECK(stop.exit_code() == 0);
    std::raise(SIGINT);
    CHECK(stop);
    CHECK(stop.exit_code() == 130);
  }
  const training::StopSignals stop;
  CHECK_FALSE(stop);
  std::raise(SIGTERM);
  CHECK(stop.signal() == SIGTERM);
  CHECK(stop.exit_code() == 143);
}

TEST_CASE("a failed step is computed again and the op named", "[training][replay]") {
  const test::TempFolder temp;
  manual_seed(4);
  Net net;
  Checkpoint capsule;
  nn::init::constant_(net.fc2.weight, 0);
  nn::init::constant_(net.fc2.bias, -1);
  capsule.model = nn::state_dict(nn::clone(net));
  capsule.random = {12, 34};
  capsule.extra = {{"x", ones({3, 2})}};
  training::write_checkpoint(temp / "capsule", capsule);
  nn::init::constant_(net.fc2.bias, 1);

  const Checkpoint read = training::read_checkpoint(temp / "capsule");
  Generator::State random;
  const auto loss = [&] {
    random = default_generator().state();
    return mean(net(read.extra[0].second));
  };
  CHECK(training::replay(net, read, loss).anomaly.find("log: the result [3, 1] is not finite") == 0);
  CHECK(random == capsule.random);
  CHECK(net.fc2.bias.item<float>() == -1);
  const training::Replay found = training::replay(net, read, loss);
  REQUIRE(found.calls.size() == 2);
  CHECK(found.calls[0].starts_with("fc1: [3, 2], from "));
  CHECK(found.calls[1] == "fc2: [3, 1], from -1 to -1");
}

TEST_CASE("a step that is fine has no anomaly", "[training][replay]") {
  const nn::Linear net{2, 1};
  Checkpoint capsule;
  capsule.model = nn::state_dict(net);
  CHECK(training::replay(net, capsule, [&] { return sum(net(ones({3, 2}))); }).anomaly.empty());
}

}  // namespace gradus::checkpoint_folder_test
