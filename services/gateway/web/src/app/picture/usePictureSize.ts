import { useEffect, useState } from "react";

export type PictureSize = { width: number; height: number } | "loading" | "failed";

/** A picture's size in its own pixels, once the browser has it. */
export function usePictureSize(url: string): PictureSize {
  const [found, setFound] = useState<PictureSize>("loading");
  useEffect(() => {
    setFound("loading");
    const image = new Image();
    image.onload = () => setFound({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => setFound("failed");
    image.src = url;
    return () => {
      image.onload = image.onerror = null;
    };
  }, [url]);
  return found;
}
