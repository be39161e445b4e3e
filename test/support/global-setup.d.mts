export default function setUp(run?: { testPathPatterns: { patterns: string[] } }): Promise<void>;
