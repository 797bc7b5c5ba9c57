#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/safetensors.hpp>
#include <gradus/nn/nn.hpp>
#include <gradus/training/checkpoint.hpp>
#include <limits>

#include "optim/any_optimizer.hpp"
#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::checkpoint_test {
using training::Checkpoint;
using training::read_checkpoint;
using training::write_checkpoint;

namespace {

struct Net {
  nn::Linear fc1{6, 5};
  nn::Dropout dropout{0.3};
  nn::BatchNorm1d norm{5};
  nn::Linear fc2{5, 3};
  Tensor operator()(const Tensor& x) const { return fc2(norm(dropout(relu(fc1(x))))); }
};

/// Elements with a random part, as by augmentation.
struct Noisy {
  std::int64_t size() const { return 20; }
  std::pair<Tensor, std::int64_t> get(std::int64_t i, Generator& generator) const {
    return {randn({6}, {}, &generator) + static_cast<double>(i % 3), i % 3};
  }
};

/// Any of them, for all parameters; Muon is for matrices and leaves the others to AdamW.
std::unique_ptr<optim::Optimizer> make_any(const std::string& name, const std::vector<Tensor>& parameters) {
  if (name == "LBFGS")
    return std::make_unique<optim::LBFGS>(parameters, optim::LBFGSOptions{.lr = 0.1, .max_iter = 3});
  if (name != "Muon") return test::make(name, parameters);
  std::vector<Tensor> matrices, vectors;
  for (const Tensor& x : parameters) (x.rank() == 2 ? matrices : vectors).push_back(x);
  optim::Combined::Parts parts;
  parts.push_back(std::make_unique<optim::Muon>(matrices));
  parts.push_back(std::make_unique<optim::AdamW>(vectors));
  return std::make_unique<optim::Combined>(std::move(parts));
}

/// A training with everything in it that is random or has a memory.
struct Training {
  explicit Training(const std::string& optimizer_name)
      : optimizer(make_any(optimizer_name, nn::parameters(net))) {}

  /// Up to `limit` steps in all, over three epochs.
  void run(std::int64_t limit) {
    while (loader.state().epoch < 3 && steps < limit)
      for (auto [x, labels] : loader) {
        const auto loss = [&, &x = x, &labels = labels] {
          optimizer->zero_grad();
          const Tensor value = cross_entropy(net(x), labels);
          value.backward();
          return value;
        };
        optimizer->step(loss);
        schedule.step();
        if (++steps == limit) break;
      }
  }
  Checkpoint now() const {
    Checkpoint c;
    c.model = nn::state_dict(net);
    c.states = {{"optimizer", optimizer->state_dict()}, {"schedule", schedule.state_dict()}};
    c.random = default_generator().state();
    c.loader = loader.state();
    c.step = steps;
    return c;
  }
  void take_up(const Checkpoint& c) {
    nn::load_state_dict(net, c.model);
    optimizer->load_state_dict(c.states.at("optimizer"));
    schedule.load_state_dict(c.states.at("schedule"));
    default_generator().set_state(c.random);
    loader.set_state(c.loader);
    steps = c.step;
  }

  Net net;
  std::unique_ptr<optim::Optimizer> optimizer;
  optim::CosineAnnealingLR schedule{*optimizer, {.T_max = 15}};
  data::Loader<Noisy> loader{Noisy{}, {.batch_size = 4, .shuffle = true, .seed = 3}};
  std::int64_t steps = 0;
};

Checkpoint example() {
  Checkpoint c;
  c.model = {{"fc.weight", randn({2, 3})}, {"fc.bias", randn({2}, {.dtype = float64})}};
  c.states["optimizer"].tensors["state.fc.weight.mean"] = ones({2, 3});
  c.states["optimizer"].numbers = {{"lr", 0.1}, {"best", -std::numeric_limits<double>::infinity()}};
  c.states["empty"] = {};
  c.random = {UINT64_MAX, 7};
  c.loader = {5, 2, 31};
  c.step = 1234;
  c.metrics = {{"test_loss", 0.3}, {"test/accuracy", std::nan("")}};
  c.settings = {{"optimizer", "adam"}, {"note", "grün, \"quoted\"\n"}};
  c.history.add({{"epoch", 1}, {"loss", 0.1 + 0.2}});
  c.history.add({{"epoch", 2}});
  c.extra = {{"labels", arange(3)}};
  return c;
}

void check_equal(const nn::StateDict& a, const nn::StateDict& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].first == b[i].first);
    CHECK(test::same_bits(a[i].second, b[i].second));
  }
}

std::string why_refused(const std::filesystem::path& file) {
  return test::error_of<IoError>([&] { read_checkpoint(file); });
}

}  // namespace

TEST_CASE("a checkpoint comes back bit by bit", "[training][checkpoint]") {
  const test::TempFolder folder;
  const Checkpoint a = example();
  write_checkpoint(folder / "a", a);
  const Checkpoint b = read_checkpoint(folder / "a");
  check_equal(b.model, a.model);
  check_equal(b.extra, a.extra);
  REQUIRE(b.states.size() == 2);
  CHECK(b.states.at("optimizer").numbers == a.states.at("optimizer").numbers);
  CHECK(test::same_bits(b.states.at("optimizer").tensors.at("state.fc.weight.mean"), ones({2, 3})));
  CHECK(b.states.at("empty").numbers.empty());
  CHECK(b.random == a.random);
  CHECK(b.loader == a.loader);
  CHECK(b.step == 1234);
  CHECK(b.metrics.at("test_loss") == 0.3);
  CHECK(std::isnan(b.metrics.at("test/accuracy")));
  CHECK(b.settings == a.settings);
  CHECK(b.history.columns() == a.history.columns());
  CHECK(b.history.column("epoch") == a.history.column("epoch"));
  CHECK(b.history.column("loss")[0] == 0.1 + 0.2);
  CHECK(std::isnan(b.history.last("loss")));
}

TEST_CASE("an empty checkpoint is one too", "[training][checkpoint]") {
  const test::TempFolder folder;
  write_checkpoint(folder / "a", {});
  const Checkpoint b = read_checkpoint(folder / "a");
  CHECK(b.model.empty());
  CHECK(b.states.empty());
  CHECK(b.history.empty());
}

TEST_CASE("a training goes on with the same bits, whatever its optimizer", "[training][checkpoint]") {
  const std::string name =
      GENERATE(as<std::string>{}, "SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam",
               "RAdam", "Lion", "Rprop", "ASGD", "Adafactor", "NovoGrad", "Muon", "LBFGS");
  CAPTURE(name);
  const test::TempFolder folder;
  manual_seed(1);
  Training whole(name);
  whole.run(15);
  const nn::StateDict wanted = nn::state_dict(whole.net);
  const auto random_wanted = default_generator().state();
  for (const std::int64_t stop : {1, 5, 8}) {
    CAPTURE(stop);
    manual_seed(1);
    Training first(name);
    first.run(stop);
    write_checkpoint(folder / "a", first.now());
    manual_seed(99);
    Training second(name);
    second.take_up(read_checkpoint(folder / "a"));
    second.run(15);
    CHECK(second.steps == 15);
    check_equal(nn::state_dict(second.net), wanted);
    CHECK(default_generator().state() == random_wanted);
  }
}

TEST_CASE("damage in any byte is found", "[training][checkpoint]") {
  const test::TempFolder folder;
  Checkpoint small;
  small.model = {{"w", ones({3})}};
  small.states["optimizer"].numbers = {{"lr", 0.1}};
  small.settings = {{"lr", "0.1"}};
  write_checkpoint(folder / "a", small);
  const test::Bytes whole = test::read_bytes(folder / "a");
  std::size_t harmless = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    test::Bytes damaged = whole;
    damaged[i] ^= 1;
    test::write_bytes(folder / "b", damaged);
    try {
      // A space between two words of the header may become another character that means nothing.
      const Checkpoint same = read_checkpoint(folder / "b");
      check_equal(same.model, small.model);
      CHECK(same.states.at("optimizer").numbers == small.states.at("optimizer").numbers);
      CHECK(same.settings == small.settings);
      ++harmless;
    } catch (const IoError& error) {
      CHECK(test::says(error.what(), {"/b "}));
    }
  }
  CHECK(harmless < 8);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_bytes(folder / "b",
                      test::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK_THROWS_AS(read_checkpoint(folder / "b"), IoError);
  }
}

TEST_CASE("what is no checkpoint is named with its fault", "[training][checkpoint]") {
  const test::TempFolder folder;
  const auto file = folder / "a";
  CHECK(test::says(why_refused(file), {"a", "cannot be opened"}));
  data::write_safetensors(file, {{{"w", ones({2})}}, {}});
  CHECK(test::says(why_refused(file), {"read_checkpoint: ", "is no checkpoint"}));
  data::write_safetensors(file, {{}, {{"gradus_checkpoint", "2"}}});
  CHECK(test::says(why_refused(file), {"of version 2; this library reads version 1"}));
  data::write_safetensors(file, {{}, {{"gradus_checkpoint", "1"}}});
  CHECK(test::says(why_refused(file), {"does not say its crc32c"}));
  data::write_safetensors(file, {{}, {{"gradus_checkpoint", "1"}, {"crc32c", "-1"}}});
  CHECK(test::says(why_refused(file), {"says its crc32c is \"-1\", which is no whole number"}));
  data::write_safetensors(file, {{}, {{"gradus_checkpoint", "1"}, {"crc32c", "1"}}});
  CHECK(test::says(why_refused(file), {"is damaged: its checksum does not fit"}));
}

TEST_CASE("a state's name has no slash", "[training][checkpoint]") {
  const test::TempFolder folder;
  Checkpoint c;
  c.states["a/b"] = {};
  CHECK(test::says(test::error_of<ValueError>([&] { write_checkpoint(folder / "a", c); }), {"a/b"}));
  CHECK(folder.empty());
}

}  // namespace gradus::checkpoint_test
