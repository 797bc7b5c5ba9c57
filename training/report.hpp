#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tensor.hpp>
#include <gradus/training/history.hpp>
#include <gradus/training/layer_costs.hpp>

namespace gradus::training {

/// What `write_report` shows; what is empty is left out.
struct Report {
  /// Several columns of the history in one picture, over the column "epoch" or else the row's number.
  struct Curves {
    std::string title;
    std::vector<std::string> columns;
  };
  struct Picture {
    Tensor image;  ///< [1 or 3, h, w], uint8 or floating from 0 to 1
    std::string caption;
  };

  std::string title = "Training";
  /// Large figures at the top: {"test accuracy", "99.2%"}.
  std::vector<std::pair<std::string, std::string>> headlines = {};
  History history = {};
  std::vector<Curves> curves = {};
  /// counts[label][prediction].
  std::vector<std::vector<std::int64_t>> confusion = {};
  /// Names for rows and columns of it; their numbers unless given.
  std::vector<std::string> classes = {};
  std::vector<Picture> mistakes = {};
  std::vector<Picture> filters = {};
  std::vector<LayerCost> layers = {};
  /// A table of settings, versions and the like.
  std::vector<std::pair<std::string, std::string>> settings = {};
};

/// Writes a page of HTML that needs nothing else: no network, no scripts, no other files; it follows the
/// reader's choice of light or dark. Throws IoError when it cannot be written, IndexError for a curve of a
/// column that does not exist, ShapeError or DTypeError for what is no picture, ValueError for a confusion
/// matrix that is not square or does not fit the classes.
void write_report(const std::filesystem::path& file, const Report& report);

/// The filters of a layer as pictures in red (positive) and blue (negative), each by its largest weight: of a
/// convolution's weight [out, in, h, w] (as for `nn::Conv2d`), the mean over its inputs; of a linear layer's
/// [out, in], rows as pictures of `height` x `width`. At most `count`. Throws ShapeError if it does not fit.
std::vector<Report::Picture> filter_pictures(const Tensor& weight, std::int64_t count = 64,
                                             std::int64_t height = 0, std::int64_t width = 0);

namespace detail {
/// A drawing of lines over x in SVG, with axes and a legend; NaN interrupts a line.
struct Line {
  std::string name;
  std::vector<double> y;
};
std::string line_chart(const std::string& title, const std::vector<double>& x,
                       const std::vector<Line>& lines);
/// Text that HTML shows as it is.
std::string escaped(const std::string& text);
}  // namespace detail

}  // namespace gradus::training
