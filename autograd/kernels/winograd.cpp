#include <gradus/autograd/kernels/winograd.hpp>

#include <algorithm>
#include <atomic>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/transpose.hpp>
#include <gradus/autograd/kernels/winograd_patches.hpp>

namespace gradus::kernels {

namespace {

using namespace winograd;

constexpr std::int64_t depth_at_once = 8;  // of the kernels that a task transforms

template <class T, class Filter>
class Run {
  static constexpr std::int64_t points = Filter::points, side = Filter::side, places = Filter::places;
  static constexpr std::int64_t patches_at_once = points == 16 ? 48 : 24;

 public:
  Run(const Correlation<T>& c, const Pass& pass)
      : c_(c),
        pass_(pass),
        top_(pass.taps[0].row),
        left_(pass.taps[0].column),
        patches_(c.images, pass.count, places),
        step_(tile_depth(c.depth)),
        block_(tile_columns<T>(c.width)),
        blocks_(chunk_count(c.width, block_)),
        kernels_(c.groups * blocks_ * points * c.depth * block_) {}

  bool operator()() {
    transform_kernels();
    const std::int64_t tasks = chunk_count(patches_.count, patches_at_once);
    parallel_for(c_.groups * tasks, chunk_for(patches_at_once * c_.depth * c_.width),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Points<T> pixels(points, patches_at_once * c_.depth),
                       products(points, patches_at_once * block_);
                   const Squares<T> squares(c_.x, c_.size, c_.depth, points);
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t first = i % tasks * patches_at_once;
                     run(i / tasks, first, std::min(patches_at_once, patches_.count - first), pixels,
                         products, squares);
                   }
                 });
    return finite_;
  }

 private:
  /// kernels_ [group][block][point][depth][column of the block]
  void transform_kernels() {
    const std::int64_t pieces = chunk_count(c_.depth, depth_at_once);
    parallel_for(c_.groups * blocks_ * pieces, chunk_for(depth_at_once * block_ * points),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t b = i / pieces, first = i % pieces * depth_at_once;
                     transform_kernels(b / blocks_, b % blocks_, first,
                                       std::min(depth_at_once, c_.depth - first));
                   }
                 });
  }

  /// `depth` of them, from channel `k` on.
  void transform_kernels(std::int64_t group, std::int64_t block, std::int64_t k, std::int64_t depth) {
    const std::int64_t first = block * block_, columns = std::min(block_, c_.width - first);
    const auto& m = c_.matrices;
    const T* from = m.data + group * m.group + k * m.depth + first * m.width;
    T kernels[depth_at_once * 9 * widest_tile];  // [depth][position][column]
    if (columns < block_) std::fill_n(kernels, depth * 9 * block_, T(0));
    if (m.depth == 9)
      transpose(from, m.width, columns, depth * 9, kernels, block_);
    else
      for (std::int64_t i = 0; i < depth; ++i)
        transpose(from + i * m.depth, m.width, columns, 9, kernels + i * 9 * block_, block_);

    const auto position = [&](std::size_t tap) { return pass_.taps[tap].position; };
    const std::int64_t row = position(3) - position(0), column = position(1) - position(0);
    for (std::int64_t i = 0; i < depth; ++i)
      transform_square<3, side>(
          Filter::kernel_to_points,
          evenly<T>(kernels + (i * 9 + position(0)) * block_, row * block_, column * block_), block_,
          kernels_.data() + ((group * blocks_ + block) * points * c_.depth + k + i) * block_,
          c_.depth * block_);
  }

  /// Where the results of some patches go: their places, those that are not there to `unused`.
  struct Targets {
    T* at[patches_at_once][places * places];
  };

  void run(std::int64_t group, std::int64_t first, std::int64_t count, const Points<T>& pixels,
           const Points<T>& products, const Squares<T>& squares) {
    T unused[widest_tile];
    Targets targets;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = patches_[first + i];
      squares.template transform<side, side>(Filter::pixels_to_points, c_.x.at(at.image, group * c_.depth),
                                             at.row + top_, at.column + left_, pixels[0] + i * c_.depth,
                                             pixels.plane);
      for (std::int64_t j = 0; j < places * places; ++j) {
        const std::int64_t row = at.row + j / places, column = at.column + j % places;
        targets.at[i][j] = row < pass_.count.h && column < pass_.count.w
                               ? c_.y.at(at.image, 0) + row * c_.y.row + column * c_.y.column
                               : nullptr;
      }
    }
    TileTerms<T> terms;
    for (std::int64_t k = 0; k < c_.depth; k += step_) terms.add(k, k * block_);
    const Tile<T> tile({count, block_, step_, c_.depth, block_, block_}, false, Terms::many);
    for (std::int64_t b = 0; b < blocks_; ++b) {
      const T* kernels = kernels_.data() + (group * blocks_ + b) * points * c_.depth * block_;
      for (std::int64_t p = 0; p < points; ++p)
        tile(pixels[p], kernels + p * c_.depth * block_, products[p], terms);
      const std::int64_t channels = std::min(block_, c_.width - b * block_);
      write(targets, count, group * c_.width + b * block_, channels, products, unused);
    }
  }

  /// `channels` channels of y from `channel` on, from products [point][patch][channel of the block].
  void write(const Targets& targets, std::int64_t count, std::int64_t channel, std::int64_t channels,
             const Points<T>& products, T* unused) {
    static constexpr T zeros[widest_tile] = {};
    const T* bias = c_.bias == nullptr ? zeros : c_.bias + channel;
    T probe[widest_tile] = {};  // becomes NaN where a result is not finite
    vectorized([=, from = products[0], plane = products.plane, block = block_, targets = targets.at, &probe] {
      for (std::int64_t i = 0; i < count; ++i) {
        T* to[places * places];
        for (std::int64_t j = 0; j < places * places; ++j)
          to[j] = targets[i][j] == nullptr ? unused : targets[i][j] + channel;
        for_channels<T>(channels, [&]<class V>(std::int64_t k) {
          V offset, zero;
          load(offset, bias + k);
          load(zero, probe + k);
          along_both<V, side, places>(
              Filter::points_to_places,
              [&](V& value, std::size_t row, std::size_t column) {
                load(value, from + static_cast<std::int64_t>(row * side + column) * plane + i * block + k);
              },
              [&](const V& result, std::size_t row, std::size_t column) {
                const V value = result + offset;
                store(value, to[row * places + column] + k);
                zero += value - value;
              });
          store(zero, probe + k);
        });
      }
    });
    for (const T z : probe)
      if (!(z == 0)) finite_ = false;
  }

  const Correlation<T>& c_;
  const Pass& pass_;
  std::int64_t top_, left_;  // of the first patch
  Patches patches_;
  std::int64_t step_;            // channels per product
  std::int64_t block_, blocks_;  // of channels of the result
  Scratch<T> kernels_;
  std::atomic<bool> finite_ = true;
};

/// Whether the pass is over 3 x 3 positions side by side, one by one.
bool is_dense(const Pass& pass) {
  if (pass.taps.size() != 9 || pass.stride != Pair(1) || pass.step != Pair(1)) return false;
  for (std::size_t t = 0; t < 9; ++t)
    if (pass.taps[t].row != pass.taps[0].row + static_cast<std::int64_t>(t) / 3 ||
        pass.taps[t].column != pass.taps[0].column + static_cast<std::int64_t>(t) % 3)
      return false;
  return true;
}

}  // namespace

template <class T>
bool correlate_winograd(const Correlation<T>& c, const Pass& pass) {
  if (!is_dense(pass)) return false;
  switch (best_filtering(c.images, pass.count, c.depth, c.width)) {
    case Filtering::twos:
      return Run<T, Twos<T>>(c, pass)();
    case Filtering::fours:
      return Run<T, Fours<T>>(c, pass)();
    case Filtering::none:
      return false;
  }
  return false;
}

template bool correlate_winograd(const Correlation<float>&, const Pass&);
template bool correlate_winograd(const Correlation<double>&, const Pass&);

}  // namespace gradus::kernels
