#include <gradus/training/checkpoint_folder.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <system_error>

#include <gradus/autograd/error.hpp>

namespace gradus::training {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "step-", ending = ".checkpoint", partial = ".partial";

/// The step in a checkpoint's name.
std::optional<std::int64_t> step_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(prefix) || !name.ends_with(ending)) return std::nullopt;
  const char* const last = name.data() + name.size() - ending.size();
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), last, step);
  return error == std::errc() && end == last ? std::optional(step) : std::nullopt;
}

/// A folder that is this process's as long as the descriptor is open, also if the process is killed.
int lock(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require<IoError>(descriptor >= 0, "{} cannot be opened ({})", folder.string(),
                   std::generic_category().message(errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  close(descriptor);
  fail<IoError>("{} is in use by another run", folder.string());
}

void remove_partials(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string();
        name.ends_with(partial) && name.find(ending) != std::string::npos)
      found.push_back(entry.path());
  std::error_code ignored;
  for (const fs::path& file : found) fs::remove(file, ignored);
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, CheckpointFolderOptions options)
    : folder_(std::move(folder)), options_(std::move(options)) {
  require(options_.keep >= 1, "CheckpointFolder: keep is {}; it must be at least 1", options_.keep);
  std::error_code error;
  fs::create_directories(folder_, error);
  require<IoError>(!error, "{} cannot be made ({})", folder_.string(), error.message());
  lock_ = lock(folder_);
  remove_partials(folder_);
  if (options_.best.empty() || !fs::exists(best_file())) return;
  try {
    const Checkpoint best = read_checkpoint(best_file());
    if (const auto metric = best.metrics.find(options_.best); metric != best.metrics.end())
      best_ = metric->second;
  } catch (const IoError&) {
    // A best that is damaged is none: the next takes its place.
  }
}

CheckpointFolder::~CheckpointFolder() {
  if (lock_ >= 0) close(lock_);
}

fs::path CheckpointFolder::best_file() const { return folder_ / ("best" + std::string(ending)); }

std::vector<fs::path> CheckpointFolder::files() const {
  std::map<std::int64_t, fs::path> by_step;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
    if (const auto step = step_of(entry.path())) by_step.emplace(*step, entry.path());
  std::vector<fs::path> files;
  for (const auto& [step, file] : by_step) files.push_back(file);
  return files;
}

bool CheckpointFolder::is_best(const Checkpoint& checkpoint) const {
  const auto metric = checkpoint.metrics.find(options_.best);
  if (options_.best.empty() || metric == checkpoint.metrics.end()) return false;
  if (!best_) return metric->second == metric->second;  // a NaN is not
  return options_.less_is_better ? metric->second < *best_ : metric->second > *best_;
}

fs::path CheckpointFolder::save(const Checkpoint& checkpoint) {
  const fs::path file = folder_ / fmt::format("{}{:08}{}", prefix, checkpoint.step, ending);
  write_checkpoint(file, checkpoint);
  if (is_best(checkpoint)) {
    write_checkpoint(best_file(), checkpoint);
    best_ = checkpoint.metrics.at(options_.best);
  }
  std::vector<fs::path> old = files();
  old.resize(std::max(old.size(), static_cast<std::size_t>(options_.keep)) -
             static_cast<std::size_t>(options_.keep));
  std::error_code ignored;
  for (const fs::path& each : old)
    if (each != file) fs::remove(each, ignored);
  return file;
}

std::optional<CheckpointFolder::Found> CheckpointFolder::latest() const {
  std::vector<fs::path> candidates = files();
  if (candidates.empty()) return std::nullopt;
  Found found;
  for (auto file = candidates.rbegin(); file != candidates.rend(); ++file) {
    try {
      found.checkpoint = read_checkpoint(*file);
      found.file = *file;
      return found;
    } catch (const IoError& error) {
      found.damaged.emplace_back(error.what());
    }
  }
  fail<IoError>("{} holds no checkpoint that is whole: {}", folder_.string(), fmt::join(found.damaged, "; "));
}

}  // namespace gradus::training
