with units as (
    select * from {{ ref('int_org_units_by_period') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_by_unit') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
    where subject = 'enterprises'
),

coverage as (
    select * from {{ ref('int_enterprise_coverage_by_unit') }}
),

ratios as (
    select * from {{ ref('int_indicator_values') }}
    where indicator_code = 'enterprise_coverage'
),

-- A unit from which reports are expected has a row even when nothing came: its measures are null, not 0.
final as (
    select
        units.period,
        units.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        units.unit_type,
        thresholds.threshold,
        coverage.enterprises,
        coverage.with_union,
        coverage.without_union,
        ratios.value as coverage_pct,
        coverage.survey_visits,
        coverage.workers_unknown,
        coverage.enterprises_reported,
        completeness.reporters_expected,
        completeness.reporters_reported,
        completeness.completeness_pct
    from units
    inner join thresholds
        on units.period = thresholds.period and units.org_unit_code = thresholds.org_unit_code
    left join coverage
        on
            units.period = coverage.period
            and units.org_unit_code = coverage.org_unit_code
            and thresholds.threshold = coverage.threshold
    left join ratios
        on
            units.period = ratios.period
            and units.org_unit_code = ratios.org_unit_code
            and thresholds.threshold = ratios.threshold
    left join completeness
        on units.period = completeness.period and units.org_unit_code = completeness.org_unit_code
    where completeness.period is not null or coverage.period is not null
)

select * from final
