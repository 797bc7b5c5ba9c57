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
constexpr std::int64_t least_images = 8;   // so that several threads have work

/// Patches of places, each from the pixels that it sees.
template <class Filter>
struct Gathering {
  static constexpr bool adds = false;
  static constexpr std::size_t seen = Filter::side, written = Filter::places;
  static constexpr const auto& to_points = Filter::pixels_to_points;
  static constexpr const auto& from_points = Filter::points_to_places;
  /// The first tap, and the steps to those below and beside it.
  static constexpr std::size_t first = 0, below = 3, beside = 1;

  static Pair patched(const Pair&, const Pair& places) { return places; }
  /// Where the pixels and the places of the patch at (0, 0) begin.
  static std::int64_t pixel(std::int64_t tap) { return tap; }
  static std::int64_t place(std::int64_t) { return 0; }
};

/// The transpose: patches of pixels, each of which adds to the places that see it. Fewer, where those are
/// more than the pixels.
template <class Filter>
struct Scattering {
  static constexpr bool adds = true;
  static constexpr std::size_t seen = Filter::places, written = Filter::side;
  static constexpr const auto& to_points = Filter::places_to_points;
  static constexpr const auto& from_points = Filter::points_to_pixels;
  static constexpr std::size_t first = 8, below = 5, beside = 7;

  static Pair patched(const Pair& pixels, const Pair&) { return pixels; }
  static std::int64_t pixel(std::int64_t) { return 0; }
  static std::int64_t place(std::int64_t tap) { return -(tap + 2); }
};

template <class T, class Filter, class Form>
class Run {
  static constexpr std::int64_t points = Filter::points, side = Filter::side;
  static constexpr std::int64_t seen = Form::seen, written = Form::written;
  static constexpr std::int64_t patches_at_once = points == 16 ? 48 : Form::adds ? 36 : 24;

 public:
  Run(const Correlation<T>& c, const Pass& pass)
      : c_(c),
        pass_(pass),
        pixel_(Form::pixel(pass.taps[0].row), Form::pixel(pass.taps[0].column)),
        place_(Form::place(pass.taps[0].row), Form::place(pass.taps[0].column)),
        patches_(c.images, Form::patched(c.size, pass.count), Filter::places),
        per_task_(patches_per_task()),
        step_(tile_depth(c.depth)),
        block_(tile_columns<T>(c.width)),
        blocks_(chunk_count(c.width, block_)),
        matrix_(plane_of<T>(c.depth * block_)),
        kernels_(c.groups * blocks_ * points * matrix_) {}

  bool operator()() {
    transform_kernels();
    const std::int64_t tasks = chunk_count(patches_.count, per_task_);
    parallel_for(c_.groups * tasks, chunk_for(per_task_ * c_.depth * c_.width),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Points<T> pixels(points, patches_at_once * c_.depth),
                       products(points, patches_at_once * block_);
                   const Squares<T> squares(c_.x, c_.size, c_.depth, seen * seen);
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t group = i / tasks, first = i % tasks * per_task_;
                     const std::int64_t last = std::min(first + per_task_, patches_.count);
                     if (Form::adds) clear(group, patches_[first].image, patches_[last - 1].image);
                     for (std::int64_t p = first; p < last; p += patches_at_once)
                       run(group, p, std::min(patches_at_once, last - p), pixels, products, squares);
                   }
                 });
    return finite_;
  }

 private:
  /// Whole images, where what is written by one patch is added to by others.
  std::int64_t patches_per_task() const {
    if (!Form::adds) return patches_at_once;
    const std::int64_t image = patches_.rows * patches_.columns;
    return std::max<std::int64_t>(patches_at_once / image, 1) * image;
  }

  /// Sets a group's places of some images to the bias, or 0.
  void clear(std::int64_t group, std::int64_t first, std::int64_t last) const {
    for (std::int64_t n = first; n <= last; ++n)
      for (std::int64_t h = 0; h < pass_.count.h; ++h)
        for (std::int64_t w = 0; w < pass_.count.w; ++w) {
          T* to = c_.y.at(n, group * c_.width) + h * c_.y.row + w * c_.y.column;
          if (c_.bias != nullptr)
            std::copy_n(c_.bias + group * c_.width, c_.width, to);
          else
            std::fill_n(to, c_.width, T(0));
        }
  }

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
    const std::int64_t corner = position(Form::first);
    const std::int64_t row = position(Form::below) - corner, column = position(Form::beside) - corner;
    for (std::int64_t i = 0; i < depth; ++i)
      transform_square<3, side>(
          Filter::kernel_to_points,
          evenly<T>(kernels + (i * 9 + corner) * block_, row * block_, column * block_), block_,
          kernels_.data() + (group * blocks_ + block) * points * matrix_ + (k + i) * block_, matrix_);
  }

  /// Where the results of some patches go: places, those that are not there to `unused`.
  struct Targets {
    T* at[patches_at_once][written * written];
  };

  void run(std::int64_t group, std::int64_t first, std::int64_t count, const Points<T>& pixels,
           const Points<T>& products, const Squares<T>& squares) {
    T unused[widest_tile] = {};
    Targets targets;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = patches_[first + i];
      squares.template transform<seen, side>(Form::to_points, c_.x.at(at.image, group * c_.depth),
                                             at.row + pixel_.h, at.column + pixel_.w,
                                             pixels[0] + i * c_.depth, pixels.plane);
      for (std::int64_t j = 0; j < written * written; ++j) {
        const Box place{at.row + place_.h + j / written, at.column + place_.w + j % written, 1, 1};
        targets.at[i][j] = place.within(pass_.count)
                               ? c_.y.at(at.image, 0) + place.top * c_.y.row + place.left * c_.y.column
                               : nullptr;
      }
    }
    TileTerms<T> terms;
    for (std::int64_t k = 0; k < c_.depth; k += step_) terms.add(k, k * block_);
    const Tile<T> tile({count, block_, step_, c_.depth, block_, block_}, false, Terms::many);
    for (std::int64_t b = 0; b < blocks_; ++b) {
      const T* kernels = kernels_.data() + (group * blocks_ + b) * points * matrix_;
      for (std::int64_t p = 0; p < points; ++p) tile(pixels[p], kernels + p * matrix_, products[p], terms);
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
        T* to[written * written];
        for (std::int64_t j = 0; j < written * written; ++j)
          to[j] = targets[i][j] == nullptr ? unused : targets[i][j] + channel;
        for_channels<T>(channels, [&]<class V>(std::int64_t k) {
          V zero;
          load(zero, probe + k);
          along_both<V, side, written>(
              Form::from_points,
              [&](V& value, std::size_t row, std::size_t column) {
                load(value, from + static_cast<std::int64_t>(row * side + column) * plane + i * block + k);
              },
              [&](const V& result, std::size_t row, std::size_t column) {
                T* const target = to[row * written + column] + k;
                V value;
                load(value, Form::adds ? target : bias + k);
                value += result;
                store(value, target);
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
  Pair pixel_, place_;  // where those of the first patch begin
  Patches patches_;
  std::int64_t per_task_;
  std::int64_t step_;            // channels per product
  std::int64_t block_, blocks_;  // of channels of the result
  std::int64_t matrix_;          // from the kernels at one point to those at the next
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

template <class T, class Filter>
bool run(const Correlation<T>& c, const Pass& pass, bool scattering) {
  return scattering ? Run<T, Filter, Scattering<Filter>>(c, pass)()
                    : Run<T, Filter, Gathering<Filter>>(c, pass)();
}

}  // namespace

template <class T>
bool correlate_winograd(const Correlation<T>& c, const Pass& pass) {
  if (!is_dense(pass)) return false;
  // Patches of pixels are shared out image by image.
  const bool scattering = c.images >= least_images && c.size.h * c.size.w < pass.count.h * pass.count.w;
  switch (best_filtering(c.images, pass.count, scattering ? c.size : pass.count, c.depth, c.width)) {
    case Filtering::twos:
      return run<T, Twos<T>>(c, pass, scattering);
    case Filtering::fours:
      return run<T, Fours<T>>(c, pass, scattering);
    case Filtering::none:
      return false;
  }
  return false;
}

template bool correlate_winograd(const Correlation<float>&, const Pass&);
template bool correlate_winograd(const Correlation<double>&, const Pass&);

}  // namespace gradus::kernels
