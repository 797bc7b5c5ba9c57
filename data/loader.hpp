#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <optional>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/data/collate.hpp>

namespace gradus::data {

struct LoaderOptions {
  std::int64_t batch_size = 1;
  /// A new random order in every epoch.
  bool shuffle = false;
  /// Where order and random elements start from; drawn from the default generator when left out.
  std::optional<std::uint64_t> seed = std::nullopt;
  /// Leave out a last batch that is not full.
  bool drop_last = false;
  /// Batches prepared ahead, on the library's threads. The batches do not depend on it.
  std::int64_t prefetch = 2;
};

/// How far a loader has come, so that it can go on from there: the pass over the data, from 0, and how many
/// of its batches have been handed out.
struct LoaderState {
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
  std::int64_t batch = 0;
  friend bool operator==(const LoaderState&, const LoaderState&) = default;
};

/// Batches of a dataset, for a range-for: `for (auto [images, labels] : Loader{train, {.batch_size = 64,
/// .shuffle = true}})`. Each pass is an epoch with an order of its own. Order and random elements depend on
/// the seed, the epoch and the element alone. An exception of the dataset or of `collate` reaches the loop.
/// The dataset is copied in (tensors are handles); it is called from several threads when `prefetch` > 0, one
/// epoch at a time.
template <Dataset D, class Collate = StackCollate>
class Loader {
 public:
  /// Throws ValueError unless batch_size >= 1 and prefetch >= 0.
  explicit Loader(D dataset, LoaderOptions options = {}, Collate collate = {})
      : dataset_(std::move(dataset)), options_(options), collate_(std::move(collate)) {
    require(options_.batch_size >= 1, "Loader: batch_size is {}; it must be at least 1", options_.batch_size);
    require(options_.prefetch >= 0, "Loader: prefetch is {}; it must not be negative", options_.prefetch);
    seed_ = options_.seed ? *options_.seed : default_generator().next_call().below(UINT64_MAX, 0);
  }

  /// Batches in an epoch.
  std::int64_t size() const {
    const std::int64_t n = element_count(dataset_), b = options_.batch_size;
    return n / b + (!options_.drop_last && n % b != 0 ? 1 : 0);
  }
  const D& dataset() const { return dataset_; }
  std::uint64_t seed() const { return seed_; }
  /// Number of the next epoch to begin, from 0. Setting it repeats or skips epochs.
  std::uint64_t epoch() const { return epoch_; }
  void set_epoch(std::uint64_t epoch) { epoch_ = epoch, first_batch_ = 0, position_ = {epoch, 0}; }

  /// Where it is: within a pass, behind the batch that the loop has just now. Behind the last batch it is
  /// still in that pass until the loop has ended.
  LoaderState state() const { return {seed_, position_.epoch, position_.batch}; }
  /// The next pass will be the rest of the one that `state` was taken in, with the batches that would have
  /// come there; none if it was taken at the last batch. Throws ValueError for a batch that an epoch does not
  /// have.
  void set_state(const LoaderState& state) {
    require(state.batch >= 0 && state.batch <= size(),
            "Loader: the state stands behind batch {}, but an epoch has {}", state.batch, size());
    seed_ = state.seed;
    epoch_ = state.epoch;
    first_batch_ = state.batch;
    position_ = {state.epoch, state.batch};
  }

  class Epoch;
  class Iterator;
  /// Begins the next epoch. Its iterator must not outlive the loader.
  Iterator begin() {
    return Iterator(std::make_shared<Epoch>(*this, epoch_++, std::exchange(first_batch_, 0)));
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  auto batch(std::span<const std::int64_t> indices, std::uint64_t epoch) const {
    const NoGrad guard;
    if constexpr (std::same_as<Collate, StackCollate> && requires { dataset_.get_batch(indices); }) {
      return dataset_.get_batch(indices);
    } else {
      std::vector<ElementOf<D>> elements;
      for (const std::int64_t i : indices) {
        // Seeds of elements are words of a call of their own, so that neighbours are unrelated.
        Generator generator(RandomCall(seed_, epoch + 1).below(UINT64_MAX, static_cast<std::uint64_t>(i)));
        elements.push_back(element(dataset_, i, generator));
      }
      return collate_(elements);
    }
  }

  D dataset_;
  LoaderOptions options_;
  Collate collate_;
  struct Position {
    std::uint64_t epoch = 0;
    std::int64_t batch = 0;
  };

  std::uint64_t seed_ = 0;
  std::uint64_t epoch_ = 0;
  std::int64_t first_batch_ = 0;  ///< of the next epoch
  Position position_;
};

/// One pass: the order, and the batches being prepared.
template <Dataset D, class Collate>
class Loader<D, Collate>::Epoch {
 public:
  using Batch = decltype(std::declval<const Loader&>().batch({}, 0));

  Epoch(Loader& loader, std::uint64_t number, std::int64_t first_batch)
      : loader_(loader), number_(number), started_(first_batch), current_number_(first_batch) {
    const std::int64_t n = element_count(loader.dataset_);
    if (loader.options_.shuffle) {
      Generator generator(loader.seed_);
      generator.set_state({loader.seed_, ~number});  // counted from the other end than the elements' calls
      order_ = randperm(n, {.dtype = int64}, &generator).template to_vector<std::int64_t>();
    } else {
      order_.resize(static_cast<std::size_t>(n));
      std::iota(order_.begin(), order_.end(), 0);
    }
    advance();
  }

  bool done() const { return !current_; }
  const Batch& current() const { return *current_; }

  void advance() {
    const std::int64_t ahead = loader_.options_.prefetch;
    while (started_ < loader_.size() && static_cast<std::int64_t>(waiting_.size()) <= ahead)
      start(started_++);
    current_.reset();
    if (waiting_.empty()) {
      loader_.position_ = {number_ + 1, 0};
      return;
    }
    const std::unique_ptr<Slot> slot = std::move(waiting_.front());
    waiting_.pop_front();
    slot->task.wait();
    current_ = std::move(slot->batch);
    loader_.position_ = {number_, ++current_number_};
  }

 private:
  struct Slot {
    std::optional<Batch> batch;
    kernels::Task task;  // after the batch: it is awaited before the batch goes
  };

  void start(std::int64_t b) {
    const std::int64_t size = loader_.options_.batch_size;
    const auto begin = static_cast<std::size_t>(b * size);
    const std::span<const std::int64_t> indices(
        order_.data() + begin, std::min(static_cast<std::size_t>(size), order_.size() - begin));
    waiting_.push_back(std::make_unique<Slot>());
    Slot& slot = *waiting_.back();
    const auto fill = [this, indices, &slot] { slot.batch = loader_.batch(indices, number_); };
    if (loader_.options_.prefetch == 0)
      fill();
    else
      slot.task.start(fill);
  }

  Loader& loader_;
  std::uint64_t number_;
  std::vector<std::int64_t> order_;
  std::int64_t started_;         ///< batches that have been started, or were passed over
  std::int64_t current_number_;  ///< of the current batch, from 1
  std::deque<std::unique_ptr<Slot>> waiting_;
  std::optional<Batch> current_;
};

template <Dataset D, class Collate>
class Loader<D, Collate>::Iterator {
 public:
  using value_type = typename Epoch::Batch;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(std::shared_ptr<Epoch> epoch) : epoch_(std::move(epoch)) {}
  const value_type& operator*() const { return epoch_->current(); }
  Iterator& operator++() {
    epoch_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.epoch_->done(); }

 private:
  std::shared_ptr<Epoch> epoch_;
};

}  // namespace gradus::data
