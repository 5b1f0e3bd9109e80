/** A QR code as one SVG path: no image, no style element, nothing from elsewhere. */
import { encode } from 'uqr';
import classes from './security.module.css';

/** @param label what it is, for those who do not see it */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return (
    <svg
      className={classes.qr}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} className={classes.qrGround} />
      <path d={path} className={classes.qrInk} />
    </svg>
  );
}
