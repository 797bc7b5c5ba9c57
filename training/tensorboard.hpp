#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include <gradus/autograd/tensor.hpp>

namespace gradus::training {

struct TensorBoardOptions {
  /// Set when a run goes on: TensorBoard then forgets what an earlier file in the folder says of this step
  /// and later ones.
  std::optional<std::int64_t> from_step = std::nullopt;
};

/// Writes an event file that TensorBoard shows (`tensorboard --logdir FOLDER`); each run a file of its own:
///
///     training::TensorBoard board("runs/7");
///     board.graph(loss);
///     board.scalar("loss/train", loss.item<double>(), step);
///
/// Slashes in a tag make groups. All functions throw IoError when the file cannot be written.
class TensorBoard {
 public:
  /// Makes the folder if there is none.
  explicit TensorBoard(const std::filesystem::path& folder, const TensorBoardOptions& options = {});
  ~TensorBoard();
  TensorBoard(const TensorBoard&) = delete;
  TensorBoard& operator=(const TensorBoard&) = delete;

  void scalar(const std::string& tag, double value, std::int64_t step);
  /// How the finite values of a tensor are distributed, in steps of a tenth of their size.
  void histogram(const std::string& tag, const Tensor& values, std::int64_t step);
  /// A picture [1 or 3, h, w], uint8, or floating from 0 to 1 (what lies outside is clipped). Throws
  /// ShapeError, DTypeError.
  void image(const std::string& tag, const Tensor& picture, std::int64_t step);
  /// The recorded ops that `result` was computed by, parameters in groups by their paths. Before backward
  /// frees them; throws GraphError for what was not recorded.
  void graph(const Tensor& result);
  /// Makes all that was written so far visible to readers; so does the end of its life.
  void flush();

  const std::filesystem::path& file() const { return file_; }

 private:
  void write(const std::string& event);

  std::filesystem::path file_;
  std::unique_ptr<std::ofstream> out_;
};

namespace detail {
/// The graph as TensorFlow's GraphDef, serialised.
std::string tensorboard_graph(const Tensor& result);
}  // namespace detail

}  // namespace gradus::training
