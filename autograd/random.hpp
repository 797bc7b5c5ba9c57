#pragma once

#include <cstdint>
#include <mutex>
#include <span>

namespace gradus {

/// The random words of one call of a random op: word i depends on the seed, the number of the call and i
/// alone, so it does not matter which thread asks for it. Philox 4x32-10 (Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011) with the seed as key and (block, call) as counter.
class RandomCall {
 public:
  RandomCall(std::uint64_t seed, std::uint64_t number) : seed_(seed), number_(number) {}

  /// Fills `words` (a multiple of 4 of them) with those from number 4 * `first_block` on.
  void blocks(std::uint64_t first_block, std::span<std::uint32_t> words) const;
  /// Number i of a sequence of independent integers, uniform in [0, range), without modulo bias; range >= 1.
  std::uint64_t below(std::uint64_t range, std::uint64_t i) const;

 private:
  std::uint64_t seed_;
  std::uint64_t number_;
};

/// A source of random numbers: a seed, and how many calls have drawn from it. Safe to use from several
/// threads, which then take turns for call numbers.
class Generator {
 public:
  /// All that a generator is, so that it can be saved and restored.
  struct State {
    std::uint64_t seed = 0;
    std::uint64_t calls = 0;
    friend bool operator==(const State&, const State&) = default;
  };

  explicit Generator(std::uint64_t seed = 0) : state_{seed, 0} {}
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  State state() const;
  /// Continues as a generator that was in `state`.
  void set_state(const State& state);
  /// The numbers of the next call.
  RandomCall next_call();

 private:
  mutable std::mutex mutex_;
  State state_;
};

/// What random functions draw from when no generator is given. Starts with seed 0.
Generator& default_generator();

/// Puts the default generator back as it was, at the end of its life.
class RandomStateKept {
 public:
  RandomStateKept() = default;
  ~RandomStateKept() { default_generator().set_state(before_); }
  RandomStateKept(const RandomStateKept&) = delete;
  RandomStateKept& operator=(const RandomStateKept&) = delete;

 private:
  const Generator::State before_ = default_generator().state();
};

/// Starts the default generator anew: the same calls then give the same numbers, on any number of threads.
void manual_seed(std::uint64_t seed);

}  // namespace gradus
