#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <gradus/autograd/kernels/isa.hpp>

/// The tree in which a block of dense elements is folded; folds are described in `reduce.hpp`.
namespace gradus::kernels {

namespace detail {

/// A block is dealt out to this many partial results in turn, so that additions need not wait for each other
/// and vectors can hold them. Of each, `depth` elements are merged in pairs before they join it; `group`
/// elements make one such step.
inline constexpr std::int64_t lanes = 8;
inline constexpr std::int64_t depth = 8;
inline constexpr std::int64_t group = lanes * depth;

/// How many elements a fold merges, in pairs, before they are made states, by `join`: element i of a group of
/// lanes with element i of the next, and so on.
template <class Fold>
inline constexpr std::int64_t joined = [] {
  if constexpr (requires { Fold::joined; })
    return std::int64_t(Fold::joined);
  else
    return std::int64_t(1);
}();

/// Whether elements are better all mapped before any are merged: that takes long, and in longer registers
/// than the lanes fill less.
template <class Fold>
inline constexpr bool maps_first = requires {
  requires Fold::maps_first;
};

/// at(first), at(first + 1), ... (n of them), joined in pairs.
template <std::int64_t n, class Fold, class At>
auto join_elements(const Fold& fold, const At& at, std::int64_t first) {
  if constexpr (n == 1) {
    return at(first);
  } else {
    auto all = join_elements<n / 2>(fold, at, first);
    fold.join(all, join_elements<n / 2>(fold, at, first + n / 2));
    return all;
  }
}

/// What a fold maps elements at(first), at(first + 1), ... (n of them) to, merged in pairs.
template <std::int64_t n, class Fold, class At>
typename Fold::State merge_elements(const Fold& fold, const At& at, std::int64_t first = 0) {
  using State = typename Fold::State;
  if constexpr (n <= joined<Fold>) {
    return static_cast<State>(join_elements<n>(fold, at, first));
  } else {
    return fold.merge(merge_elements<n / 2>(fold, at, first), merge_elements<n / 2>(fold, at, first + n / 2));
  }
}

/// The lanes at(first), at(first + 1), ..., merged in pairs; only the first `n` of all hold any element.
template <std::int64_t n, std::int64_t first = 0, std::int64_t size = lanes, class Fold, class At>
typename Fold::State merge_lanes(const Fold& fold, const At& at) {
  constexpr std::int64_t half = size / 2;
  if constexpr (size == 1)
    return at(first);
  else if constexpr (first + half >= n)
    return merge_lanes<n, first, half>(fold, at);
  else
    return fold.merge(merge_lanes<n, first, half>(fold, at), merge_lanes<n, first + half, half>(fold, at));
}

/// Whether `load` and `join` of a fold take registers of elements, which must be floating, as they take
/// single ones.
template <class Fold, class T>
inline constexpr bool takes_registers = std::is_floating_point_v<T>&& requires {
  requires Fold::takes_registers;
};

/// Of how many sums a state of a fold that takes registers is made, doubles if there are several.
template <class Fold>
inline constexpr std::size_t sum_count = [] {
  if constexpr (requires { Fold::sum_count; })
    return std::size_t(Fold::sum_count);
  else
    return std::size_t(1);
}();
template <class Fold>
using SumOfState = std::conditional_t<sum_count<Fold> == 1, typename Fold::State, double>;

/// Whether that is better than what compilers make of loops. Those do not mix registers of 8 floats with
/// registers of 8 doubles, which are twice as long and which AVX-512 alone has.
template <class Fold, class T>
bool by_register() {
  return std::is_same_v<T, SumOfState<Fold>> || isa() == Isa::avx512;
}

/// The lanes as one register for each sum, for dense elements.
template <class Fold, class T, std::size_t N>
class Registers {
  using State = typename Fold::State;
  using Sum = SumOfState<Fold>;
  static constexpr std::size_t sums = sum_count<Fold>;

 public:
  Registers(const Fold& fold, std::array<const T*, N> x, std::int64_t kept)
      : fold_(fold), x_(x), kept_(kept) {}

  /// n elements, a multiple of the lanes.
  [[gnu::always_inline]] void fold(std::int64_t n, State* states) const {
    Sum values[static_cast<std::size_t>(lanes)][sums];
    static_assert(sizeof(values) == lanes * sizeof(State));
    std::memcpy(values, states, sizeof(values));
    States all[sums], more[sums];
    for (std::size_t s = 0; s < sums; ++s)
      for (std::int64_t l = 0; l < lanes; ++l) all[s][l] = values[l][s];
    std::int64_t i = 0;
    for (; i + group <= n; i += group) {
      merged<depth>(i, more);
      join(all, more);
    }
    for (; i < n; i += lanes) {
      merged<1>(i, more);
      join(all, more);
    }
    for (std::size_t s = 0; s < sums; ++s)
      for (std::int64_t l = 0; l < lanes; ++l) values[l][s] = all[s][l];
    std::memcpy(states, values, sizeof(values));
  }

 private:
  typedef T Elements __attribute__((vector_size(lanes * sizeof(T))));
  typedef Sum States __attribute__((vector_size(lanes * sizeof(Sum))));

  template <class V>
  [[gnu::always_inline]] void join(V (&a)[sums], const V (&b)[sums]) const {
    for (std::size_t s = 0; s < sums; ++s) fold_.join(a[s], b[s]);
  }
  [[gnu::always_inline]] void load(std::int64_t i, Elements (&x)[sums]) const {
    Elements each[N];
    for (std::size_t k = 0; k < N; ++k) std::memcpy(&each[k], x_[k] + i, sizeof(each[k]));
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      if constexpr (sums == 1)
        fold_.load(x[0], each[K]...);
      else
        fold_.load(x, kept_, each[K]...);
    }
    (std::make_index_sequence<N>());
  }
  template <std::size_t... L>
  [[gnu::always_inline]] void widen(const Elements& x, States& out, std::index_sequence<L...>) const {
    if constexpr (std::is_same_v<T, Sum>)
      out = x;
    else
      out = States{static_cast<Sum>(x[L])...};
  }
  /// As `join_elements`.
  template <std::int64_t count>
  [[gnu::always_inline]] void join_loaded(std::int64_t i, Elements (&x)[sums]) const {
    if constexpr (count == 1) {
      load(i, x);
    } else {
      Elements y[sums];
      join_loaded<count / 2>(i, x);
      join_loaded<count / 2>(i + count / 2 * lanes, y);
      join(x, y);
    }
  }
  /// As `merge_elements`.
  template <std::int64_t count>
  [[gnu::always_inline]] void merged(std::int64_t i, States (&out)[sums]) const {
    if constexpr (count <= joined<Fold>) {
      Elements x[sums];
      join_loaded<count>(i, x);
      for (std::size_t s = 0; s < sums; ++s) widen(x[s], out[s], std::make_index_sequence<lanes>());
    } else {
      States other[sums];
      merged<count / 2>(i, out);
      merged<count / 2>(i + count / 2 * lanes, other);
      join(out, other);
    }
  }

  const Fold& fold_;
  const std::array<const T*, N> x_;
  const std::int64_t kept_;
};

/// Deals n dense elements, the first of index `index`, out to the lanes.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_dense(const Fold& fold, std::array<const T*, N> x, std::int64_t kept, std::int64_t index,
                std::int64_t n, typename Fold::State* states, std::index_sequence<K...>) {
  using State = typename Fold::State;
  const auto map = [&](std::int64_t i) { return fold.map(kept, index + i, x[K][i]...); };
  std::int64_t i = 0;
  if constexpr (takes_registers<Fold, T>)
    if (by_register<Fold, T>()) {
      i = n / lanes * lanes;
      Registers<Fold, T, N>(fold, x, kept).fold(i, states);
    }
  for (; i + group <= n; i += group) {
    const auto deal = [&](const auto& at) {
      for (std::int64_t l = 0; l < lanes; ++l)
        states[l] = fold.merge(
            states[l], merge_elements<depth>(fold, [&](std::int64_t d) { return at(d * lanes + l); }));
    };
    if constexpr (maps_first<Fold>) {
      decltype(map(0)) mapped[static_cast<std::size_t>(group)];
      for (std::int64_t j = 0; j < group; ++j) mapped[j] = map(i + j);
      deal([&](std::int64_t j) { return mapped[j]; });
    } else {
      deal([&](std::int64_t j) { return map(i + j); });
    }
  }
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l)
      states[l] = fold.merge(states[l], static_cast<State>(map(i + l)));
  for (std::int64_t l = 0; i + l < n; ++l) states[l] = fold.merge(states[l], static_cast<State>(map(i + l)));
}

/// Folds n dense elements, a block at most, the first of index `index`.
template <class Fold, class... T>
typename Fold::State fold_lanes(const Fold& fold, std::int64_t index, std::int64_t n, const T*... in) {
  typename Fold::State states[static_cast<std::size_t>(lanes)];
  for (auto& state : states) state = fold.start();
  fold_dense(fold, std::array{in...}, 0, index, n, states, std::index_sequence_for<T...>());
  return merge_lanes<lanes>(fold, [&](std::int64_t l) { return states[l]; });
}

}  // namespace detail

/// Adds up, in double or int64. Of float32 that is half as fast as reading, for elements are converted one
/// by one; so every four, of the same lane in neighbouring steps, are added in float32 first, in pairs. It
/// costs half a unit in the last place of the sum of each pair and of each four, however many elements there
/// are; four beyond float32's range are infinite.
template <class T>
struct Addition {
  using State = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
  static constexpr std::int64_t joined = std::is_floating_point_v<T> ? 4 : 1;
  static constexpr bool takes_registers = true;

  State start() const { return 0; }
  auto map(std::int64_t, std::int64_t, T x) const {
    return static_cast<std::conditional_t<std::is_floating_point_v<T>, T, State>>(x);
  }
  void load(auto& to, const auto& x) const { to = x; }
  void join(auto& sum, const auto& x) const { sum += x; }
  State merge(State a, State b) const { return a + b; }
};

}  // namespace gradus::kernels
