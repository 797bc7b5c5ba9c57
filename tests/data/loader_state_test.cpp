#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/loader.hpp>

#include "support/files.hpp"

namespace gradus::loader_state_test {

namespace {

/// Elements with a random part: i + a number in [0, 1).
struct Noisy {
  std::int64_t count;
  std::int64_t size() const { return count; }
  double get(std::int64_t i, Generator& generator) const {
    return static_cast<double>(i) + rand({}, {.dtype = float64}, &generator).item<double>();
  }
};

using Batches = std::vector<std::vector<double>>;

data::Loader<Noisy> loader_of(std::uint64_t seed, std::int64_t prefetch) {
  return data::Loader{Noisy{10}, {.batch_size = 3, .shuffle = true, .seed = seed, .prefetch = prefetch}};
}

/// The rest of `passes` passes.
Batches rest(data::Loader<Noisy>& loader, int passes) {
  Batches all;
  for (int i = 0; i < passes; ++i)
    for (const Tensor& batch : loader) all.push_back(batch.to_vector<double>());
  return all;
}

}  // namespace

TEST_CASE("a loader goes on from any batch of any epoch", "[data][loader]") {
  const std::int64_t prefetch = GENERATE(0, 2);
  data::Loader whole = loader_of(7, prefetch);
  std::vector<data::LoaderState> states;
  Batches all;
  for (int pass = 0; pass < 2; ++pass)
    for (const Tensor& batch : whole) {
      all.push_back(batch.to_vector<double>());
      states.push_back(whole.state());
    }
  REQUIRE(all.size() == 8);
  CHECK(whole.state() == data::LoaderState{7, 2, 0});
  for (std::size_t done = 1; done <= all.size(); ++done) {
    CAPTURE(done);
    const data::LoaderState state = states[done - 1];
    CHECK(state == data::LoaderState{7, (done - 1) / 4, static_cast<std::int64_t>((done - 1) % 4 + 1)});
    data::Loader resumed = loader_of(8, prefetch);  // the state brings the seed
    resumed.set_state(state);
    CHECK(resumed.state() == state);
    CHECK(rest(resumed, 2 - static_cast<int>(state.epoch)) ==
          Batches(all.begin() + static_cast<std::ptrdiff_t>(done), all.end()));
  }
}

TEST_CASE("a loop that was left can be taken up again, or the next epoch begun", "[data][loader]") {
  data::Loader whole = loader_of(7, 2), left = loader_of(7, 2), begun = loader_of(7, 2);
  const Batches all = rest(whole, 2);
  for ([[maybe_unused]] const Tensor& batch : left) break;
  for ([[maybe_unused]] const Tensor& batch : begun) break;
  CHECK(rest(begun, 1) == Batches(all.begin() + 4, all.end()));
  left.set_state(left.state());
  CHECK(rest(left, 2) == Batches(all.begin() + 1, all.end()));
}

TEST_CASE("a loader's epoch can be set", "[data][loader]") {
  data::Loader loader = loader_of(7, 2);
  const Batches all = rest(loader, 2);
  loader.set_epoch(1);
  CHECK(loader.state() == data::LoaderState{7, 1, 0});
  CHECK(rest(loader, 1) == Batches(all.begin() + 4, all.end()));
}

TEST_CASE("a position that an epoch does not have is refused", "[data][loader]") {
  data::Loader loader = loader_of(7, 2);
  for (const std::int64_t batch : {-1, 5})
    CHECK(test::says(test::error_of<ValueError>([&] {
                       loader.set_state({7, 0, batch});
                     }),
                     {"behind batch " + std::to_string(batch), "an epoch has 4"}));
  CHECK(loader.state() == data::LoaderState{7, 0, 0});
}

}  // namespace gradus::loader_state_test
