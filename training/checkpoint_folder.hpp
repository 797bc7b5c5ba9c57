#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gradus/training/checkpoint.hpp>

namespace gradus::training {

struct CheckpointFolderOptions {
  /// How many of the latest are kept: more than one, so that there is another if one is damaged.
  int keep = 3;
  /// The metric by which a checkpoint can be the best, which is then kept beside the latest; empty for none.
  std::string best = {};
  /// Whether less of it is better (a loss) or more (an accuracy).
  bool less_is_better = true;
};

/// A folder with the latest checkpoints of a run, "step-00001200.checkpoint", and the best,
/// "best.checkpoint":
///
///     training::CheckpointFolder folder("runs/7", {.best = "test_loss"});
///     if (auto found = folder.latest()) resume(found->checkpoint);
///     ... folder.save(now);
///
/// One run at a time has it. Nothing old is removed before the new is complete and on disk.
class CheckpointFolder {
 public:
  /// Makes the folder if there is none, and takes away what a run that was killed had half written. Throws
  /// IoError when it cannot be made or another run has it, ValueError unless keep >= 1.
  explicit CheckpointFolder(std::filesystem::path folder, CheckpointFolderOptions options = {});
  ~CheckpointFolder();
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;

  /// Writes it under its step, then as the best if its metric beats all before strictly, and then removes the
  /// oldest that are too many. Throws IoError when it cannot be written; nothing has been removed then.
  std::filesystem::path save(const Checkpoint& checkpoint);

  struct Found {
    Checkpoint checkpoint;
    std::filesystem::path file;
    std::vector<std::string> damaged;  ///< what is wrong with each later one
  };
  /// The latest that is whole; nothing if there are no checkpoints at all. Throws IoError with what is wrong
  /// with each if there are some and none is whole.
  std::optional<Found> latest() const;

  /// The checkpoints by step, the best aside.
  std::vector<std::filesystem::path> files() const;
  std::filesystem::path best_file() const;

 private:
  bool is_best(const Checkpoint& checkpoint) const;

  std::filesystem::path folder_;
  CheckpointFolderOptions options_;
  std::optional<double> best_;
  int lock_ = -1;
};

}  // namespace gradus::training
